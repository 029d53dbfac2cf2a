using System.Diagnostics;

namespace Nin.Generators.Tests.Packages;

/// <summary>The SDK's command, as a user starts it.</summary>
static class Dotnet
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Where the packages are that this repository was built with: a consumer's build needs no network.</summary>
    public static string MachineCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Runs it to its end; what it writes goes through a file, for a build server that it starts would hold a pipe open.</summary>
    public static (int ExitCode, string Output) Run(string folder, params string[] arguments)
    {
        string log = Path.Combine(folder, $"{Guid.NewGuid():N}.log");
        using Process process = Process.Start(OperatingSystem.IsWindows()
            ? Command("cmd", folder, ["/c", $"dotnet {string.Join(' ', arguments.Select(Quoted))} > {Quoted(log)} 2>&1"])
            : Command("sh", folder, ["-c", "log=$1; shift; exec dotnet \"$@\" > \"$log\" 2>&1", "sh", log, .. arguments]))!;
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} did not end in {Limit}:\n{File.ReadAllText(log)}");
        }

        return (process.ExitCode, File.ReadAllText(log));
    }

    static ProcessStartInfo Command(string shell, string folder, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(shell, arguments) { WorkingDirectory = folder };

        // What the test host sets for itself is not for a build of its own, and the cache is the folder's.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment.Remove("NUGET_PACKAGES");
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}
