namespace Nin.Runner.Results;

/// <summary>A file of a data set, with the checksum of its unpacked bytes.</summary>
sealed record DataFileRow(string Name, string Sha256);
