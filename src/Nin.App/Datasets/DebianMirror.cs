using System.ComponentModel;
using System.Diagnostics;
using Nin.Data;

namespace Nin.App.Datasets;

/// <summary>
/// Fetches a data package from the Debian mirror that the machine itself is configured for, and unpacks it, without root:
/// apt keeps its lists and cache in a private folder, and nothing is installed.
/// </summary>
/// <param name="package">The package's name.</param>
/// <param name="dataFolder">Where the package keeps its files, as an absolute path.</param>
sealed class DebianMirror(string package, string dataFolder) : IDataSource
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>The command, so that a test can replace it.</summary>
    public string AptGet { get; init; } = "apt-get";

    public string Name => "debian";

    public string? Advice => $"install the package {package}";

    /// <summary>Downloads and unpacks under <paramref name="staging"/>; returns the folder of the data files there.</summary>
    /// <exception cref="IOException">This machine has no apt, or apt could not get the package.</exception>
    public async Task<string> FetchAsync(
        IReadOnlyList<DataFile> files, string staging, Action<string>? progress, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException("no apt-get on this system");
        string lists = Directory.CreateDirectory(Path.Combine(staging, "lists", "partial")).Parent!.FullName;
        string cache = Directory.CreateDirectory(Path.Combine(staging, "cache", "archives", "partial")).Parent!.Parent!.FullName;
        string[] options =
        [
            "-q", "-o", $"Dir::State::lists={lists}", "-o", $"Dir::Cache={cache}",
            // Run as root, apt would fetch as a user who cannot write here; run as anyone else, this has no effect.
            "-o", "APT::Sandbox::User=root",
            "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=1",
            "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20",
        ];

        progress?.Invoke("reading the package lists of this machine's Debian mirror");
        string? updateProblem = await RunAsync(AptGet, [.. options, "update"], staging, cancellation).ConfigureAwait(false);
        progress?.Invoke($"downloading {package} from this machine's Debian mirror");
        // If a third-party source fails to update, the others may still have the package.
        if (await RunAsync(AptGet, [.. options, "download", package], staging, cancellation).ConfigureAwait(false) is { } problem)
            throw new IOException(updateProblem is null ? problem : $"{updateProblem}; {problem}");

        string archive = Directory.EnumerateFiles(staging, "*.deb").FirstOrDefault()
            ?? throw new IOException($"{AptGet} download {package} left no .deb file");
        string unpacked = Path.Combine(staging, "unpacked");
        if (await RunAsync("dpkg-deb", ["-x", archive, unpacked], staging, cancellation).ConfigureAwait(false) is { } broken)
            throw new IOException(broken);
        return Path.Combine(unpacked, dataFolder.TrimStart('/'));
    }

    /// <summary>Null if the command ended with 0; else one line on why not.</summary>
    static async Task<string?> RunAsync(string command, string[] arguments, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            string errors = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? null : $"{command} ended with {process.ExitCode}: {LastLine(errors)}";
        }
        catch (Win32Exception)
        {
            return $"no {command} on this system";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return $"{command} did not end within {Limit.TotalMinutes:0} minutes";
        }
    }

    static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no message";
}
