using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Nin.Data;

/// <summary>Checks a folder against the list of files that a data set must have, each plain or gzip-compressed.</summary>
static class DataFolder
{
    const int BufferBytes = 1 << 16;

    /// <summary>The path of a file in a folder, plain if it exists, else its <c>.gz</c>, else null.</summary>
    public static string? Find(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    /// <summary>Opens a file for reading its unpacked bytes.</summary>
    public static Stream OpenUnpacked(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
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
            try
            {
                await using Stream stream = OpenUnpacked(path);
                if (await CopyAsync(stream, file, Stream.Null, cancellation).ConfigureAwait(false) is { } problem)
                    return problem;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                return $"{Path.GetFileName(path)} cannot be read ({e.Message})";
            }
        }

        return null;
    }

    /// <summary>
    /// Copies a file's unpacked bytes and checks them at the same time. No more than were published are copied, whatever a packed file unpacks to.
    /// </summary>
    /// <returns>Null if they are the published ones, else what is wrong.</returns>
    public static async Task<string?> CopyAsync(Stream unpacked, DataFile expected, Stream copy, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long done = 0;
            int read;
            while ((read = await unpacked.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                done += read;
                if (done > expected.Length)
                    return $"{expected.Name} has more than the {expected.Length} bytes that are expected (damaged, or another data set)";
                hash.AppendData(buffer, 0, read);
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        return found == expected.Sha256
            ? null
            : $"{expected.Name} has SHA-256 {found} where {expected.Sha256} is expected (damaged, or another data set)";
    }
}
