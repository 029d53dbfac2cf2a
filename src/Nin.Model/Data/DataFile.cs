namespace Nin.Data;

/// <summary>One file of a data set.</summary>
/// <param name="Name">Its name when unpacked, without a folder.</param>
/// <param name="Sha256">SHA-256 of the unpacked bytes, 64 lower-case hexadecimal digits.</param>
public sealed record DataFile(string Name, string Sha256);
