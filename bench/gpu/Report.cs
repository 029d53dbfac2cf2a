using System.Diagnostics;
using System.Text.Json;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Benchmarks.Gpu;

/// <summary>What was measured: a table, a row as soon as it is there, and the same as JSON, so that a run that is ended keeps what it has.</summary>
sealed class Report
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    readonly GpuOptions options;
    readonly long start = Stopwatch.GetTimestamp();
    readonly string device;
    readonly double memoryGiB;
    readonly List<ReportRow> rows = [];
    readonly List<string> notRun = [];
    readonly List<ReportFailure> failures = [];

    // Things are begun in the same order each time: after a failure those that were begun before it are passed over.
    int asked, begun, begunBefore;
    string? current;

    /// <summary>Prints the head.</summary>
    public Report(Device device, GpuOptions options)
    {
        this.options = options;
        this.device = device.ToString()!;
        memoryGiB = device.MemoryBytes / (double)(1 << 30);
        Console.WriteLine($"{device}, {memoryGiB:0.0} GiB; .NET {Environment.Version}");
        Console.WriteLine();
        Console.WriteLine("| precision | what | workload | batch | ms, median | rate | beside |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
    }

    /// <summary>Whether every network agreed.</summary>
    public bool Agrees { get; set; } = true;

    /// <summary>Whether something could not be measured.</summary>
    public bool HasFailures => failures.Count > 0;

    /// <summary>Whether an exception says that something cannot be measured here, and not that this program is wrong.</summary>
    public static bool IsOfAMeasurement(Exception exception) => exception is OutOfMemoryException or OverflowException or AcceleratorException or InternalCompilerException
        or InvalidOperationException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException;

    /// <summary>A part of the report begins.</summary>
    public void Begin() => begun = 0;

    /// <summary>The part runs, for the first time or after a failure.</summary>
    public void Again() => (asked, begunBefore) = (0, begun);

    /// <summary>Notes what failed: what was begun last, unless it has its row already. The result is whether the part may get further when it runs again.</summary>
    /// <param name="part">The part of the report.</param>
    /// <param name="exception">Why.</param>
    public bool Fail(string part, Exception exception)
    {
        string what = current ?? part, why = $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
        current = null;
        failures.Add(new(what, why));
        Console.WriteLine($"| FAILED | {what} | | | | | {why} |");
        Save();
        return begun > begunBefore;
    }

    /// <summary>A row.</summary>
    /// <param name="on">The device: what products are computed with.</param>
    /// <param name="what">The network or its layer.</param>
    /// <param name="workload">What it did.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="milliseconds">Median of a step, where there is one.</param>
    /// <param name="rate">What that makes.</param>
    /// <param name="beside">What it is compared with.</param>
    public void Row(Device on, string what, string workload, int batch, double? milliseconds, string rate, string beside)
    {
        var row = new ReportRow($"{on.Precision}, {on.Profile.Products}", what, workload, batch, milliseconds, rate, beside);
        rows.Add(row);
        current = null;
        Console.WriteLine($"| {row.Precision} | {what} | {workload} | {batch} | {milliseconds:0.000} | {rate} | {beside} |");
        Save();
    }

    /// <summary>Whether one more thing begins: not where there is no time, and then it is listed, and not where it was begun before a failure.</summary>
    public bool HasTimeFor(string what)
    {
        if (++asked <= begun) return false;
        begun = asked;
        current = what;
        if (Stopwatch.GetElapsedTime(start) < options.Time) return true;
        current = null;
        notRun.Add(what);
        Console.Error.WriteLine($"No time for {what}.");
        Save();
        return false;
    }

    void Save()
    {
        if (options.Json is null) return;
        File.WriteAllText(options.Json, JsonSerializer.Serialize(
            new { device, memoryGiB, dotnet = Environment.Version.ToString(), options.Batch, options.Seconds, Agrees, rows, failures, notRun }, Indented));
    }
}

/// <summary>A row of the report.</summary>
sealed record ReportRow(string Precision, string What, string Workload, int Batch, double? MsMedian, string Rate, string Beside);

/// <summary>What could not be measured, and why.</summary>
sealed record ReportFailure(string What, string Why);
