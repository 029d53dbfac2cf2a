using System.Buffers;

namespace Nin.Data;

/// <summary>One file of a data set, as a table of published files lists it.</summary>
public sealed record DataFile
{
    // Separators and drives of every system: a table that is safe on one system must be safe on all.
    static readonly SearchValues<char> NotInNames = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '/', '\\', ':', '*', '?', '"', '<', '>', '|']);

    /// <summary>Describes a file.</summary>
    /// <param name="name">Its name when unpacked, without a folder.</param>
    /// <param name="length">Its bytes when unpacked. No more are read, whatever a server or a packed file has.</param>
    /// <param name="sha256">SHA-256 of the unpacked bytes, 64 lower-case hexadecimal digits.</param>
    /// <exception cref="ArgumentException">The name could lead out of a folder, the length is negative, or the checksum is not one.</exception>
    public DataFile(string name, long length, string sha256)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(sha256);
        if (name.Length is 0 or > 200 || name.AsSpan().ContainsAny(NotInNames) || name.All(c => c is '.' or ' '))
            throw new ArgumentException(
                $"'{Uri.EscapeDataString(name)}' is not a valid name of a data file; it must be a file's name of at most 200 characters, without a folder.", nameof(name));
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new ArgumentException($"The SHA-256 of {name} must be 64 lower-case hexadecimal digits.", nameof(sha256));
        (Name, Length, Sha256) = (name, length, sha256);
    }

    /// <summary>Its name when unpacked, without a folder.</summary>
    public string Name { get; }

    /// <summary>Its bytes when unpacked.</summary>
    public long Length { get; }

    /// <summary>SHA-256 of the unpacked bytes.</summary>
    public string Sha256 { get; }
}

/// <summary>A folder that holds a data set whose files have been checked.</summary>
/// <param name="Path">The folder; it has each file under its own name, or under that name with <c>.gz</c>.</param>
/// <param name="Source">
/// Where it came from: <c>option</c>, <c>environment</c>, <c>cache</c>, <c>system</c>, or the <see cref="IDataSource.Name"/> of the source
/// from which it was just fetched into the cache.
/// </param>
/// <param name="Files">The files with the checksums that were found.</param>
public sealed record DataLocation(string Path, string Source, IReadOnlyList<DataFile> Files)
{
    /// <summary>The path of one of <see cref="Files"/>, plain or with <c>.gz</c>.</summary>
    /// <exception cref="ArgumentException">The name is not one of them.</exception>
    /// <exception cref="InvalidDataException">The file is gone.</exception>
    public string PathOf(string name)
    {
        if (!Files.Any(f => f.Name == name))
            throw new ArgumentException($"'{name}' is not a file of this data set; it has {string.Join(", ", Files.Select(f => f.Name))}.", nameof(name));
        return DataFolder.Find(Path, name)
            ?? throw new InvalidDataException($"{Path}: {name} is gone (neither it nor {name}.gz exists); run the search again.");
    }
}
