namespace Nin.Data;

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
