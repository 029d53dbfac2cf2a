using Nin.Runner.Results;

namespace Nin.Runner.Runs;

/// <summary>What a manifest says of the images: their name, where they were, and checksums.</summary>
sealed record ManifestData(string Dataset, string? Path, string Source, IReadOnlyList<DataFileRow> Files);
