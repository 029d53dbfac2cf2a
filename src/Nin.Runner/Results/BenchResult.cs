namespace Nin.Runner.Results;

/// <summary>
/// <c>nin bench --json</c>: times of a step in milliseconds, the process' peak memory, and bytes of heap and device that a step takes (median).
/// </summary>
sealed record BenchResult(
    string Model,
    string Workload,
    int Batch,
    string Device,
    int Threads,
    double MsMedian,
    double MsMin,
    double ExamplesPerSecond,
    double PeakMiB,
    double AllocatedBytesPerStep);
