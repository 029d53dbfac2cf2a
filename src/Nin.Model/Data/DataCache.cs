namespace Nin.Data;

/// <summary>
/// The user's cache of one data set. New files are unpacked and checked in a folder beside it, on the same file system, and
/// renamed into place only when all of them are correct: a failed or interrupted write leaves the old files as they were.
/// </summary>
sealed class DataCache(string folder, IReadOnlyList<DataFile> files)
{
    /// <summary>Lets a source fill a new folder, and moves the files from there into the cache.</summary>
    /// <exception cref="InvalidDataException">A file is missing, too long or has a wrong checksum.</exception>
    public async Task FillAsync(IDataSource source, Action<string>? progress, CancellationToken cancellation)
    {
        string staging = $"{folder}.partial-{Guid.NewGuid():N}";
        try
        {
            string checkedFiles = Directory.CreateDirectory(Path.Combine(staging, "checked")).FullName;
            string obtained = await source.FetchAsync(files, staging, progress, cancellation).ConfigureAwait(false);
            foreach (DataFile file in files)
            {
                string path = DataFolder.Find(obtained, file.Name) ?? throw new InvalidDataException($"{file.Name} is missing");
                await using Stream unpacked = DataFolder.OpenUnpacked(path);
                await using FileStream target = new(Path.Combine(checkedFiles, file.Name), FileMode.CreateNew);
                if (await DataFolder.CopyAsync(unpacked, file, target, cancellation).ConfigureAwait(false) is { } problem)
                    throw new InvalidDataException(problem);
            }

            Directory.CreateDirectory(folder);
            foreach (DataFile file in files)
                File.Move(Path.Combine(checkedFiles, file.Name), Path.Combine(folder, file.Name), overwrite: true);
        }
        finally
        {
            DeleteQuietly(staging);
        }
    }

    // A failed clean-up must not hide the reason why filling failed.
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
