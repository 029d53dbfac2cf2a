using Nin.Training;

namespace Nin.App.Results;

/// <summary>A device in <c>nin devices --json</c>. Missing ones are for people only.</summary>
sealed record DeviceRow(string Id, string Kind, string Name, long MemoryBytes, bool Default);

/// <summary>A network in <c>nin models --json</c>; <paramref name="Macs"/> are multiply-adds of one example.</summary>
sealed record ModelRow(string Id, string Input, long Parameters, long Macs);

/// <summary>A layer of <see cref="SummaryResult"/>: output and multiply-adds of one example, bytes of the whole batch.</summary>
sealed record SummaryLayer(string Name, string Kind, string Output, long Parameters, long Macs, long ActivationBytes);

/// <summary><c>nin summary --json</c>. The two sums of bytes are the plan's, for the batch.</summary>
sealed record SummaryResult(
    string Model,
    string Input,
    int Batch,
    IReadOnlyList<SummaryLayer> Layers,
    long Parameters,
    long Macs,
    long TrainingBytes,
    long InferenceBytes);

/// <summary>A line of <c>nin train --json</c>; see <see cref="EpochMetrics"/> for its numbers.</summary>
sealed record EpochResult(int Epoch, double Loss, double TrainAccuracy, double TestAccuracy, double ExamplesPerSecond, int DeadClasses)
{
    public static EpochResult Of(EpochMetrics metrics) => new(
        metrics.Epoch, metrics.Loss, metrics.TrainAccuracy, metrics.TestAccuracy, metrics.ExamplesPerSecond, metrics.DeadClasses);
}

/// <summary>The last epoch again, with where the run is, what it ran on and how long it took.</summary>
sealed record TrainResult(
    int Epoch,
    double Loss,
    double TrainAccuracy,
    double TestAccuracy,
    double ExamplesPerSecond,
    int DeadClasses,
    string Run,
    string Device,
    double Seconds);

/// <summary>The last line of <c>nin train --json</c>.</summary>
sealed record TrainResultLine(TrainResult Result);

/// <summary>
/// How a class does: the share of its predictions that are correct, and the share of its examples that are found. A class that was never
/// predicted, or has no example, has 0.
/// </summary>
sealed record ClassRow(string Name, double Precision, double Recall);

/// <summary><c>nin eval --json</c>.</summary>
sealed record EvalResult(double Loss, double Accuracy, IReadOnlyList<ClassRow> Classes);

/// <summary>A file of a data set, with the checksum of its unpacked bytes.</summary>
sealed record DataFileRow(string Name, string Sha256);

/// <summary><c>nin data --json</c>.</summary>
sealed record DataResult(string Path, string Source, IReadOnlyList<DataFileRow> Files);

/// <summary>
/// <c>nin bench --json</c>: times of a step in milliseconds, the process's peak memory, and bytes of heap and device that a step takes (median).
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
