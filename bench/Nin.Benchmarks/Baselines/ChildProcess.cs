using System.Diagnostics;
using Nin.Benchmarks.Peers;

namespace Nin.Benchmarks.Baselines;

/// <summary>Runs one measurement as a process, so that peak memory and start-up are its own.</summary>
static class ChildProcess
{
    /// <summary>Measures a workload; what went wrong is part of the result.</summary>
    public static Outcome Measure(Baseline baseline, Workload workload, double seconds)
    {
        double launcher = baseline.LauncherAlone.Count > 0 ? Run(baseline.LauncherAlone, baseline.Variables, _ => { }).Milliseconds : 0;
        long start = Stopwatch.GetTimestamp();
        double first = 0;
        Measurement? measured = null;
        string? reason = null;
        var end = Run(baseline.CommandFor(workload, seconds), baseline.Variables, line =>
        {
            if (line == Measurement.First) first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            else if (line.StartsWith(PeerProcess.Failed, StringComparison.Ordinal)) reason = line[PeerProcess.Failed.Length..];
            else measured ??= Measurement.TryParse(line);
        });
        return measured is null
            ? new Outcome(null, 0, reason ?? $"exit code {end.ExitCode}: {end.Errors}")
            : new Outcome(measured, first - launcher, null);
    }

    /// <summary>Runs a program to its end, handing out lines of its standard output as they come.</summary>
    public static (int ExitCode, string Errors, double Milliseconds) Run(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables, Action<string> read)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) info.Environment[name] = value;
        long start = Stopwatch.GetTimestamp();
        try
        {
            using var process = Process.Start(info)!;
            var errors = process.StandardError.ReadToEndAsync();
            while (process.StandardOutput.ReadLine() is { } line) read(line);
            process.WaitForExit();
            string[] lines = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return (process.ExitCode, lines.Length > 0 ? lines[0] : "no message", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, exception.Message, 0);
        }
    }
}
