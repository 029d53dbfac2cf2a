using System.Diagnostics;
using System.Globalization;

namespace Nin.Benchmarks.Peers;

/// <summary>What one process measured of one workload; a line of standard output carries it to the process that asked.</summary>
/// <param name="MsMedian">Median milliseconds of a step.</param>
/// <param name="MsMin">Fastest step.</param>
/// <param name="PeakMiB">The process' largest resident memory.</param>
/// <param name="AllocatedBytesPerStep">
/// Median of the steps. Managed heap, and for Nin its device, too; native memory of a peer is not counted. The runtime's compiler allocates a few
/// kilobytes now and then while it compiles a method again beside the steps: no step does that each time, so the median leaves it out.
/// </param>
/// <param name="Steps">Steps that were timed.</param>
sealed record Measurement(double MsMedian, double MsMin, double PeakMiB, long AllocatedBytesPerStep, int Steps)
{
    /// <summary>Begins the line that says that the first step's result is there: the reader's clock stops on it.</summary>
    public const string First = "first result";

    const string Prefix = "measured";

    /// <summary>
    /// Runs a step again and again and says when the first was done. Warm-up lasts for half of the time and two steps at least; every
    /// baseline is measured by this same code.
    /// </summary>
    /// <param name="step">Runs it to its end, result in hand.</param>
    /// <param name="seconds">How long to time it; three steps at least.</param>
    /// <param name="nativeBytes">Bytes that the baseline holds beside the managed heap, where it can tell.</param>
    /// <param name="isQuiet">Says nothing about the first step.</param>
    public static Measurement Run(Action step, double seconds, Func<long>? nativeBytes = null, bool isQuiet = false)
    {
        step();
        if (!isQuiet) Console.WriteLine(First);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / 2; i++) step();

        // Room enough that the list does not grow while allocations are counted.
        var times = new List<double>(1 << 16);
        var allocated = new List<long>(times.Capacity);
        start = Stopwatch.GetTimestamp();
        while (times.Count < times.Capacity && (times.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds))
        {
            long bytes = Allocated(nativeBytes), begin = Stopwatch.GetTimestamp();
            step();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            allocated.Add(Allocated(nativeBytes) - bytes);
        }

        times.Sort();
        allocated.Sort();
        using var process = Process.GetCurrentProcess();
        return new Measurement(
            times[times.Count / 2], times[0], process.PeakWorkingSet64 / (double)(1 << 20), allocated[allocated.Count / 2], times.Count);
    }

    static long Allocated(Func<long>? nativeBytes) => GC.GetTotalAllocatedBytes(precise: true) + (nativeBytes?.Invoke() ?? 0);

    /// <summary>The line that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix} {MsMedian:R} {MsMin:R} {PeakMiB:R} {AllocatedBytesPerStep} {Steps}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null where the line is another one.</summary>
    public static Measurement? TryParse(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length != 6 || words[0] != Prefix) return null;
        double[] values = [.. words[1..].Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
        return new Measurement(values[0], values[1], values[2], (long)values[3], (int)values[4]);
    }
}
