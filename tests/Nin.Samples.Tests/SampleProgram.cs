using System.Diagnostics;
using System.Reflection;

namespace Nin.Samples.Tests;

/// <summary>A sample as its user starts it.</summary>
static class SampleProgram
{
    /// <summary>A sample's folder.</summary>
    public static string Folder(string sample) => Path.Combine(Repository, "samples", sample);

    /// <summary>Starts what this configuration of the repository has built, in the sample's folder.</summary>
    public static Process Start(string sample, string assembly, params string[] arguments)
    {
        string configuration = typeof(SampleProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string dll = Path.Combine(Folder(sample), "bin", configuration, "net10.0", $"{assembly}.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [dll, .. arguments])
        {
            WorkingDirectory = Folder(sample), RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }

    /// <summary>Runs one to its end: exit code, standard output, standard error.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string sample, string assembly, params string[] arguments)
    {
        using var process = Start(sample, assembly, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output, await error);
    }

    static string Repository
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nin.sln"))) folder = folder.Parent;
            return folder?.FullName ?? throw new DirectoryNotFoundException("These tests run inside the repository, whose samples they start.");
        }
    }
}
