using Nin.Benchmarks.Baselines;

namespace Nin.Benchmarks.Table;

/// <summary>A row's quantity.</summary>
/// <param name="Name">What it is and its unit.</param>
/// <param name="Workload">What is run for it.</param>
/// <param name="Value">Its value of one measurement.</param>
/// <param name="Format">How a value is printed.</param>
/// <param name="MoreIsBetter">Whether a larger value wins.</param>
/// <param name="HasRatio">Whether baselines are divided by each other: not where one has none of it.</param>
sealed record Metric(string Name, Workload Workload, Func<Outcome, double> Value, string Format, bool MoreIsBetter = false, bool HasRatio = true)
{
    /// <summary>The rows of the table.</summary>
    public static IReadOnlyList<Metric> All { get; } = [.. Rows()];

    /// <summary>How many times better Nin is, above 1 where it wins.</summary>
    public double Advantage(double nin, double peer) => MoreIsBetter ? nin / peer : peer / nin;

    static IEnumerable<Metric> Rows()
    {
        foreach (var workload in Workload.All)
        {
            yield return new(
                $"{workload}: examples/s", workload, o => 1000 * workload.Batch / o.Measured!.MsMedian, "0.0", MoreIsBetter: true);
        }

        foreach (var workload in Workload.All)
            yield return new($"{workload}: peak memory, MiB", workload, o => o.Measured!.PeakMiB, "0");
        var single = Workload.All[^1];
        yield return new($"{single}: first result after process start, ms", single, o => o.FirstResultMs, "0");
        foreach (var workload in Workload.All)
            yield return new($"{workload}: allocated bytes per step", workload, o => o.Measured!.AllocatedBytesPerStep, "0", HasRatio: false);
    }
}
