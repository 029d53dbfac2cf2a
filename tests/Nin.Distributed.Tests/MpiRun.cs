using System.Diagnostics;
using System.Text;

namespace Nin.Distributed.Tests;

/// <summary>The real program under the real <c>mpirun</c>.</summary>
sealed class MpiRun : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    readonly StringBuilder output = new();

    MpiRun(Process process)
    {
        Process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The tool.</summary>
    public static string Tool { get; } = Path.Combine(AppContext.BaseDirectory, "nin.dll");

    public Process Process { get; }

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>Starts the tool on a number of ranks.</summary>
    public static MpiRun Start(int ranks, params string[] arguments) => StartAll(["-n", $"{ranks}", "dotnet", Tool, .. arguments]);

    /// <summary>Starts this test project's own program, <see cref="Tests.Program"/>, on two ranks.</summary>
    public static MpiRun StartOwn(params string[] arguments) => StartAll(["-n", "2", "dotnet", typeof(Program).Assembly.Location, .. arguments]);

    /// <summary>Starts a command for each rank, one after another.</summary>
    public static MpiRun StartEach(params string[][] commands) =>
        StartAll([.. commands.SelectMany((command, rank) => (string[])[.. rank == 0 ? (string[])[] : [":"], "-n", "1", "dotnet", .. command])]);

    static MpiRun StartAll(string[] arguments)
    {
        var start = new ProcessStartInfo("mpirun", ["--bind-to", "none", "--oversubscribe", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        return new MpiRun(Process.Start(start)!);
    }

    /// <summary>Runs to the end.</summary>
    public static (int ExitCode, string Output) Run(int ranks, params string[] arguments)
    {
        using var run = Start(ranks, arguments);
        return (run.Finish(), run.Output);
    }

    public int Finish()
    {
        Process.WaitForExit(Limit).Should().BeTrue($"it ends; so far it printed: {Output}");
        // All that was printed.
        Process.WaitForExit();
        return Process.ExitCode;
    }

    /// <summary>The processes that it started, in the order of their ranks.</summary>
    public int[] Ranks()
    {
        using var pgrep = Process.Start(new ProcessStartInfo("pgrep", ["-P", $"{Process.Id}"]) { RedirectStandardOutput = true })!;
        int[] all = [.. pgrep.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        return [.. all.OrderBy(id => int.Parse(Variable(id, "OMPI_COMM_WORLD_RANK"), System.Globalization.CultureInfo.InvariantCulture))];
    }

    public static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has printed something.</summary>
    public void Await(string text) => SpinWait.SpinUntil(() => Output.Contains(text, StringComparison.Ordinal), Limit).Should().BeTrue($"'{text}' comes in: {Output}");

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill(entireProcessTree: true);
        Process.Dispose();
    }

    static string Variable(int process, string name) =>
        File.ReadAllText($"/proc/{process}/environ").Split('\0').First(v => v.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    void Append(string? line)
    {
        lock (output) output.AppendLine(line);
    }
}
