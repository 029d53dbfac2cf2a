using System.IO.Compression;
using System.Security.Cryptography;

namespace Nin.Data;

/// <summary>Checks a folder against the list of files that a data set must have, each plain or gzip-compressed.</summary>
static class DataFolder
{
    /// <summary>The path of a file in a folder, plain if it is there, else its <c>.gz</c>, else null.</summary>
    public static string? Find(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    /// <summary>Opens a file for reading its unpacked bytes.</summary>
    public static Stream OpenUnpacked(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Null if every file is there with its checksum; else what is wrong, naming the first wrong file.</summary>
    public static async Task<string?> FindProblemAsync(string folder, IReadOnlyList<DataFile> files, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            return "no such folder";
        foreach (DataFile file in files)
        {
            if (Find(folder, file.Name) is not { } path)
                return $"{file.Name} is missing, and {file.Name}.gz too";
            string? problem = await FindProblemAsync(path, file, cancellation).ConfigureAwait(false);
            if (problem is not null)
                return problem;
        }

        return null;
    }

    /// <summary>What is to be said of a file whose bytes are not the published ones.</summary>
    public static string WrongChecksum(DataFile expected, string found) =>
        $"{expected.Name} has SHA-256 {found} where {expected.Sha256} is expected (damaged, or another data set)";

    static async Task<string?> FindProblemAsync(string path, DataFile expected, CancellationToken cancellation)
    {
        try
        {
            await using Stream stream = OpenUnpacked(path);
            byte[] hash = await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false);
            string found = Convert.ToHexStringLower(hash);
            return found == expected.Sha256 ? null : WrongChecksum(expected, found);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return $"{Path.GetFileName(path)} cannot be read ({e.Message})";
        }
    }
}
