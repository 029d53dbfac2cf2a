using System.Diagnostics;

namespace Nin.Runner.Tests;

/// <summary>A CUDA driver library of a few lines of C, which programs find before the machine's own.</summary>
sealed class StubDriver : IDisposable
{
    readonly TemporaryFolder folder = new();

    public StubDriver(string source)
    {
        var start = new ProcessStartInfo("/usr/bin/gcc", ["-shared", "-fPIC", "-o", folder["libcuda.so.1"], "-x", "c", "-"]) { RedirectStandardInput = true };
        using var gcc = Process.Start(start)!;
        gcc.StandardInput.Write(source);
        gcc.StandardInput.Close();
        gcc.WaitForExit();
        gcc.ExitCode.Should().Be(0);
    }

    /// <summary>Runs <c>nin</c> with this driver in place of the machine's, and without OpenCL.</summary>
    public NinOutcome Run(params string[] arguments) => NinProcess.RunWith(
        new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Path.GetDirectoryName(folder["x"])!, ["OCL_ICD_VENDORS"] = folder["none"] },
        arguments);

    public void Dispose() => folder.Dispose();
}
