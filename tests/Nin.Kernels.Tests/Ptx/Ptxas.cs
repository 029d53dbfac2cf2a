using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nin.Kernels.Tests.Ptx;

/// <summary>What NVIDIA's assembler says of a kernel.</summary>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="SpilledBytes">Bytes that a thread writes to and reads from local memory for want of registers.</param>
/// <param name="StackBytes">Bytes of a thread's local memory.</param>
/// <param name="SharedBytes">Bytes of shared memory of a block.</param>
public sealed record Assembled(int Registers, int SpilledBytes, int StackBytes, int SharedBytes);

/// <summary>NVIDIA's assembler, which needs no GPU. <c>tests/get-ptxas.sh</c> brings it.</summary>
public static partial class Ptxas
{
    /// <summary>What it assembles for.</summary>
    public const string Architecture = "sm_90";

    /// <summary>Where it is; null where it is missing.</summary>
    public static string? Path { get; } = Find();

    /// <summary>Why it is missing; null where it is present.</summary>
    public static string? Missing => Path is null ? "ptxas is not here: tests/get-ptxas.sh unpacks it from Debian's nvidia-cuda-toolkit (non-free)." : null;

    /// <summary>A text as Debian's assembler takes it, which knows PTX 7.8: the kernels name a later version and use nothing that is newer.</summary>
    public static string Readable(string ptx) => Version().Replace(ptx, ".version 7.8", count: 1);

    /// <summary>Assembles a module of one kernel.</summary>
    /// <exception cref="InvalidOperationException">The assembler refuses it.</exception>
    public static Assembled Assemble(string ptx)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Readable(ptx));
            var start = new ProcessStartInfo(Path!, ["-v", $"-arch={Architecture}", file, "-o", file + ".cubin"]) { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string text = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException(text);
            return new(Number(text, RegisterCount()), Number(text, SpillStores()) + Number(text, SpillLoads()), Number(text, StackFrame()), Number(text, SharedMemory()));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".cubin");
        }
    }

    // What the assembler does not mention, there is none of.
    static int Number(string text, Regex pattern) => pattern.Match(text) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    static string? Find()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string[] folders = [System.IO.Path.Combine(cache, "nin", "cuda-toolkit"), .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)];
        return folders.Select(f => System.IO.Path.Combine(f, "ptxas")).FirstOrDefault(File.Exists);
    }

    [GeneratedRegex(@"\.version \d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex RegisterCount();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex SpillStores();

    [GeneratedRegex(@"(\d+) bytes spill loads")]
    private static partial Regex SpillLoads();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex StackFrame();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex SharedMemory();
}
