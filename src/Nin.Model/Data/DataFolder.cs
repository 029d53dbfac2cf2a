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

/// <summary>One file of a data set.</summary>
/// <param name="Name">Its name when unpacked, without a folder.</param>
/// <param name="Sha256">SHA-256 of the unpacked bytes, 64 lower-case hexadecimal digits.</param>
public sealed record DataFile(string Name, string Sha256);

/// <summary>A folder that holds a data set whose files have been checked.</summary>
/// <param name="Path">The folder; a file lies there under its own name, or under that name with <c>.gz</c>.</param>
/// <param name="Source">
/// Where it came from: <c>option</c>, <c>environment</c>, <c>cache</c>, <c>system</c>, <c>publisher</c> or <c>debian</c>
/// (the last two were fetched into the cache just now).
/// </param>
/// <param name="Files">The files with the checksums that were found.</param>
public sealed record DataLocation(string Path, string Source, IReadOnlyList<DataFile> Files)
{
    /// <summary>The path under which a file lies, plain or with <c>.gz</c>.</summary>
    /// <exception cref="InvalidDataException">The file is gone.</exception>
    public string PathOf(string name) =>
        DataFolder.Find(Path, name)
        ?? throw new InvalidDataException($"{Path}: {name} is gone (neither it nor {name}.gz is there); run the search again.");
}

/// <summary>
/// Finds the files of a data set, or fetches them: a folder that the user names, the user's cache, the system's own copy, the publisher,
/// the machine's Debian mirror, in this order. Whatever the source, the unpacked files must have the published checksums.
/// </summary>
/// <remarks>
/// A folder that the user named and that is wrong is an error: training on other data than asked for would be worse. A wrong cache
/// or system copy is told through the progress callback and passed over.
/// </remarks>
public sealed record DataSearch
{
    /// <summary>The data set's name in messages.</summary>
    public required string Name { get; init; }

    /// <summary>The files with the checksums of their unpacked bytes.</summary>
    public required IReadOnlyList<DataFile> Files { get; init; }

    /// <summary>The folder given as <c>--data</c>, or null.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder given as <c>$NIN_DATA</c>, or null.</summary>
    public string? EnvironmentFolder { get; init; }

    /// <summary>Where fetched files are kept, unpacked.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Where the system's package keeps the files, or null.</summary>
    public string? SystemFolder { get; init; }

    /// <summary>The publisher's folder, ending with a slash, or null to leave it out.</summary>
    public Uri? Publisher { get; init; }

    /// <summary>Time for the publisher to answer before the search goes on.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The Debian package with the files in <see cref="SystemFolder"/>, or null to leave it out.</summary>
    public string? DebianPackage { get; init; }

    /// <summary>
    /// The cache of a data set under the user's cache folder: <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, on Windows the local
    /// application data.
    /// </summary>
    public static string UserCache(string dataSet)
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (OperatingSystem.IsWindows())
            root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        else if (string.IsNullOrEmpty(root) || !Path.IsPathRooted(root)) // the XDG specification: a relative path is to be ignored
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(root, "nin", dataSet);
    }

    /// <summary>Searches, and fetches if need be.</summary>
    /// <param name="progress">Told in one line each what is being done, and why a source was passed over.</param>
    /// <param name="cancellation">Stops the search, a download and the package manager.</param>
    /// <exception cref="InvalidDataException">
    /// A folder named by the user is wrong, or no source had the files; the message lists what was tried.
    /// </exception>
    public async Task<DataLocation> LocateAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        if (!string.IsNullOrEmpty(Folder))
            return await CheckNamedAsync(Folder, "option", "--data", cancellation).ConfigureAwait(false);
        if (!string.IsNullOrEmpty(EnvironmentFolder))
            return await CheckNamedAsync(EnvironmentFolder, "environment", "NIN_DATA", cancellation).ConfigureAwait(false);

        List<string> tried = [];
        DataLocation? found =
            await CheckAsync(CacheFolder, "cache", tried, progress, cancellation).ConfigureAwait(false)
            ?? await CheckAsync(SystemFolder, "system", tried, progress, cancellation).ConfigureAwait(false);
        if (found is null && Publisher is not null)
            found = await FetchAsync("publisher", FromPublisherAsync, tried, progress, cancellation).ConfigureAwait(false);
        if (found is null && DebianPackage is not null && SystemFolder is not null)
            found = await FetchAsync("debian", FromDebianAsync, tried, progress, cancellation).ConfigureAwait(false);
        return found ?? throw new InvalidDataException(
            $"{Name} was not found. Tried {string.Join("; ", tried)}. Put {string.Join(", ", Files.Select(f => f.Name))} "
            + "(plain or .gz) into a folder and name it with --data or NIN_DATA"
            + (DebianPackage is null ? "." : $", or install the package {DebianPackage}."));

        async Task<string> FromPublisherAsync(string staging, CancellationToken token)
        {
            var download = new PublisherDownload(Publisher, ConnectLimit, stallLimit: TimeSpan.FromSeconds(30));
            await download.GetAsync(Files, staging, progress, token).ConfigureAwait(false);
            return staging;
        }

        Task<string> FromDebianAsync(string staging, CancellationToken token) =>
            new DebianMirror(DebianPackage, SystemFolder) { AptGet = AptGet }.GetAsync(staging, progress, token);
    }

    internal string AptGet { get; init; } = "apt-get";

    async Task<DataLocation> CheckNamedAsync(string folder, string source, string option, CancellationToken cancellation)
    {
        string? problem = await DataFolder.FindProblemAsync(folder, Files, cancellation).ConfigureAwait(false);
        return problem is null
            ? new DataLocation(Path.GetFullPath(folder), source, Files)
            : throw new InvalidDataException(
                $"{option} {folder}: {problem}. Name a folder with {Name}'s files (plain or .gz), "
                + $"or leave {option} out so that they are fetched.");
    }

    async Task<DataLocation?> CheckAsync(
        string? folder, string source, List<string> tried, Action<string>? progress, CancellationToken cancellation)
    {
        if (folder is null)
            return null;
        string? problem = await DataFolder.FindProblemAsync(folder, Files, cancellation).ConfigureAwait(false);
        if (problem is null)
            return new DataLocation(Path.GetFullPath(folder), source, Files);
        tried.Add($"{source} {folder}: {problem}");
        if (Directory.Exists(folder))
            progress?.Invoke($"passing over {folder}: {problem}");
        return null;
    }

    async Task<DataLocation?> FetchAsync(
        string source,
        Func<string, CancellationToken, Task<string>> obtain,
        List<string> tried,
        Action<string>? progress,
        CancellationToken cancellation)
    {
        try
        {
            progress?.Invoke($"fetching {Name} ({source})");
            await new DataCache(CacheFolder, Files).FillAsync(obtain, cancellation).ConfigureAwait(false);
            return new DataLocation(Path.GetFullPath(CacheFolder), source, Files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            tried.Add($"{source}: {e.Message}");
            progress?.Invoke($"passing over the {source} source: {e.Message}");
            return null;
        }
    }
}

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
