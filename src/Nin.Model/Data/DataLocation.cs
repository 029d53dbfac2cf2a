namespace Nin.Data;

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
