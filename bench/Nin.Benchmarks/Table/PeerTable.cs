using Nin.Benchmarks.Baselines;

namespace Nin.Benchmarks.Table;

/// <summary>
/// Nin beside its peers. A round runs each baseline once, one after the other, so that a machine that slows down slows all of them;
/// ratios are taken within a round.
/// </summary>
sealed class PeerTable(Options options)
{
    readonly Dictionary<(Workload, Baseline), List<Outcome>> outcomes = [];
    readonly Dictionary<string, string> problems = [];

    /// <summary>Measures and prints it as Markdown.</summary>
    public void Print()
    {
        Metric[] rows = [.. Metric.All.Where(m => options.Wants(m.Name))];
        if (rows.Length == 0)
            throw new ArgumentException($"--only '{options.Only}' leaves no row; rows are\n{string.Join('\n', Metric.All.Select(m => m.Name))}");
        var field = Field.Assemble(options);
        Workload[] workloads = [.. rows.Select(r => r.Workload).Distinct()];
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (var workload in workloads) MeasureRound(field, workload, round);
        }

        Machine.Print();
        Console.WriteLine(
            $"{options.Rounds} alternating rounds, {options.Seconds} s each: medians " +
            "(in brackets how many times better Nin is within a round: median; lowest-highest)");
        Console.WriteLine();
        Console.WriteLine($"| | {string.Join(" | ", field.Select(c => c.Name))} |");
        Console.WriteLine($"|---|{string.Concat(field.Select(_ => "---|"))}");
        foreach (var row in rows)
            Console.WriteLine($"| {row.Name} | {string.Join(" | ", field.Select(c => Cell(row, field[0], c)))} |");
        Console.WriteLine();
        foreach (var (name, reason) in problems) Console.WriteLine($"{name} could not be measured: {reason}");
        if (options.TorchLauncher.Length == 0 && problems.Keys.Any(name => name.StartsWith("TorchSharp", StringComparison.Ordinal)))
            Console.WriteLine("--torch-launcher \"CMD\" starts TorchSharp by a command that gives it the libraries it wants, such as a newer userland.");
        Console.WriteLine();
    }

    void MeasureRound(IReadOnlyList<Baseline> field, Workload workload, int round)
    {
        foreach (var baseline in field.Where(c => c.Has(workload)))
        {
            if (baseline.Unavailable is { } problem) problems[baseline.Name] = problem;
            if (problems.ContainsKey(baseline.Name)) continue;
            var outcome = ChildProcess.Measure(baseline, workload, options.Seconds);
            Console.Error.WriteLine(
                $"round {round}, {workload}, {baseline.Name}: " +
                (outcome.Measured is { } m ? $"{m.MsMedian:0.00} ms (best {m.MsMin:0.00}, {m.Steps} steps)" : outcome.Reason));
            if (outcome.Reason is not null) problems[baseline.Name] = outcome.Reason;
            if (!outcomes.TryGetValue((workload, baseline), out var list)) outcomes[(workload, baseline)] = list = [];
            list.Add(outcome);
        }
    }

    string Cell(Metric metric, Baseline nin, Baseline baseline)
    {
        if (!baseline.Has(metric.Workload)) return "not supported";
        if (!outcomes.TryGetValue((metric.Workload, baseline), out var own) || own.Any(o => o.Measured is null)) return "not measured, see below";
        var values = own.ConvertAll(o => metric.Value(o));
        string median = Spread.Of(values).Median.ToString(metric.Format);
        if (baseline == nin || !metric.HasRatio || outcomes[(metric.Workload, nin)] is not { } mine || mine.Any(o => o.Measured is null)) return median;
        var ratios = Spread.Of(values.Zip(mine, (value, o) => metric.Advantage(metric.Value(o), value)));
        return $"{median} ({ratios.Median:0.00}; {ratios.Low:0.00}-{ratios.High:0.00})";
    }
}
