using System.Diagnostics;

namespace Nin.Runner.Tests;

/// <summary>The real program, as a user starts it.</summary>
static class NinProcess
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "nin.dll");

    /// <summary>Runs <c>nin</c> to its end.</summary>
    public static NinOutcome Run(params string[] arguments) => Finish(Start(arguments));

    /// <summary>Runs it in a folder.</summary>
    public static NinOutcome RunIn(string folder, params string[] arguments) => Finish(Start("env", ["-C", folder, "dotnet", Dll, .. arguments]));

    /// <summary>Runs it in an environment with these variables, too.</summary>
    public static NinOutcome RunWith(IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        Finish(Start("env", [.. variables.Select(v => $"{v.Key}={v.Value}"), "dotnet", Dll, .. arguments]));

    /// <summary>Runs it under a limit on the size of files, which is what a full disk looks like to it.</summary>
    public static NinOutcome RunWithFileLimit(int kibibytes, params string[] arguments) =>
        Finish(Start("bash", ["-c", $"ulimit -f {kibibytes}; exec dotnet \"$@\"", "bash", Dll, .. arguments]));

    /// <summary>Puts a limit on the size of files on one that runs.</summary>
    public static void LimitFiles(Process process, int kibibytes)
    {
        using var limit = System.Diagnostics.Process.Start("prlimit", ["--pid", $"{process.Id}", $"--fsize={kibibytes * 1024}:{kibibytes * 1024}"]);
        limit.WaitForExit();
        limit.ExitCode.Should().Be(0);
    }

    /// <summary>Starts it, with the default handling of an interrupt even where the tests run in the background.</summary>
    public static Process Start(params string[] arguments) => OperatingSystem.IsWindows()
        ? Start("dotnet", [Dll, .. arguments])
        : Start("env", ["--default-signal=INT", "dotnet", Dll, .. arguments]);

    /// <summary>Sends it a signal: <c>INT</c>.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", process.Id.ToString()]);
        kill.WaitForExit();
        kill.ExitCode.Should().Be(0);
    }

    public static NinOutcome Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"nin did not end in {Limit}.");
            }

            return new NinOutcome(process.ExitCode, output.Result, error.Result);
        }
    }

    static Process Start(string file, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("NIN_DATA");
        // Double mapping of code makes a large file, which the limit above would forbid.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        // As for the tests themselves: what runs for a second is not worth counting for.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return System.Diagnostics.Process.Start(start)!;
    }
}
