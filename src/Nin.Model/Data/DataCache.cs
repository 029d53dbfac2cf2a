using System.Security.Cryptography;

namespace Nin.Data;

/// <summary>
/// The user's cache of one data set. New files are unpacked and checked in a folder beside it, on the same file system, and
/// renamed into place only when all of them are right: a failed or interrupted write leaves the old files as they were.
/// </summary>
sealed class DataCache(string folder, IReadOnlyList<DataFile> files)
{
    /// <summary>Where the checked files lie.</summary>
    public string Folder => folder;

    /// <summary>
    /// Lets <paramref name="obtain"/> fill a fresh folder, plain or <c>.gz</c>, and takes the files over from the folder that it
    /// returns.
    /// </summary>
    /// <exception cref="InvalidDataException">A file is missing or has a wrong checksum.</exception>
    public async Task FillAsync(Func<string, CancellationToken, Task<string>> obtain, CancellationToken cancellation)
    {
        string staging = $"{folder}.partial-{Guid.NewGuid():N}";
        try
        {
            string checkedFiles = Directory.CreateDirectory(Path.Combine(staging, "checked")).FullName;
            string obtained = await obtain(staging, cancellation).ConfigureAwait(false);
            foreach (DataFile file in files)
                await UnpackAsync(obtained, checkedFiles, file, cancellation).ConfigureAwait(false);

            Directory.CreateDirectory(folder);
            foreach (DataFile file in files)
                File.Move(Path.Combine(checkedFiles, file.Name), Path.Combine(folder, file.Name), overwrite: true);
        }
        finally
        {
            DeleteQuietly(staging);
        }
    }

    static async Task UnpackAsync(string from, string to, DataFile file, CancellationToken cancellation)
    {
        string path = DataFolder.Find(from, file.Name) ?? throw new InvalidDataException($"{file.Name} is missing");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (Stream source = DataFolder.OpenUnpacked(path))
        await using (FileStream target = new(Path.Combine(to, file.Name), FileMode.CreateNew))
        {
            byte[] buffer = new byte[1 << 16];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != file.Sha256)
            throw new InvalidDataException(DataFolder.WrongChecksum(file, found));
    }

    // The reason why filling failed must not be hidden by one why clearing up failed.
    static void DeleteQuietly(string staging)
    {
        try
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
