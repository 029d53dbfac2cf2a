namespace Nin.Data;

/// <summary>
/// Finds the files of a data set, or fetches them: a folder that the user names, the user's cache, the system's own copy, then the sources
/// in their order. Wherever they come from, the unpacked files must have the published lengths and checksums.
/// </summary>
/// <remarks>
/// A wrong folder that the user named is an error: training on data other than asked for would be worse. A wrong cache
/// or system copy is reported through the progress callback and skipped.
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

    /// <summary>Where the system's own copy would be, or null.</summary>
    public string? SystemFolder { get; init; }

    /// <summary>Where the files are fetched from if they are in none of these folders, the first source first.</summary>
    public IReadOnlyList<IDataSource> Sources { get; init; } = [];

    /// <summary>
    /// The cache of a data set under the user's cache folder: <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, on Windows the local
    /// application data.
    /// </summary>
    public static string UserCache(string dataSet) => Nin.UserCache.Folder(dataSet);

    /// <summary>Searches, and fetches if necessary.</summary>
    /// <param name="progress">Receives one line for each action, and for each skipped source with the reason.</param>
    /// <param name="cancellation">Stops the search and what a source is doing.</param>
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
        foreach (IDataSource source in Sources)
            found ??= await FetchAsync(source, tried, progress, cancellation).ConfigureAwait(false);
        return found ?? throw new InvalidDataException(
            $"{Name} was not found. Tried {string.Join("; ", tried)}. Put {string.Join(", ", Files.Select(f => f.Name))} "
            + "(plain or .gz) into a folder and name it with --data or NIN_DATA"
            + string.Concat(Sources.Where(s => s.Advice is not null).Select(s => $", or {s.Advice}")) + ".");
    }

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
        IDataSource source, List<string> tried, Action<string>? progress, CancellationToken cancellation)
    {
        try
        {
            progress?.Invoke($"fetching {Name} ({source.Name})");
            await new DataCache(CacheFolder, Files).FillAsync(source, progress, cancellation).ConfigureAwait(false);
            return new DataLocation(Path.GetFullPath(CacheFolder), source.Name, Files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            tried.Add($"{source.Name}: {e.Message}");
            progress?.Invoke($"skipping the {source.Name} source: {e.Message}");
            return null;
        }
    }
}

/// <summary>Where the files of a data set can be fetched from. The library has <see cref="PublisherSource"/>; a program may bring its own.</summary>
public interface IDataSource
{
    /// <summary>Its name in messages and in <see cref="DataLocation.Source"/>.</summary>
    string Name { get; }

    /// <summary>What a user could do instead, such as <c>install the package x</c>, or null.</summary>
    string? Advice => null;

    /// <summary>Fetches the files. They are not trusted: lengths and checksums are compared afterwards.</summary>
    /// <param name="files">The files to fetch.</param>
    /// <param name="staging">A folder of its own, which is deleted afterwards.</param>
    /// <param name="progress">Receives one line for each action.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The folder, in <paramref name="staging"/>, that has the files, plain or with <c>.gz</c>.</returns>
    /// <exception cref="IOException">It could not get them.</exception>
    Task<string> FetchAsync(IReadOnlyList<DataFile> files, string staging, Action<string>? progress, CancellationToken cancellation);
}
