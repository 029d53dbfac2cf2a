namespace Nin.Runner.Results;

/// <summary><c>nin data --json</c>.</summary>
sealed record DataResult(string Path, string Source, IReadOnlyList<DataFileRow> Files);
