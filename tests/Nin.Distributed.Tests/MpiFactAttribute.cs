using System.Diagnostics;

namespace Nin.Distributed.Tests;

/// <summary>A test with real processes of Open MPI; skipped with its reason where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mpirun", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip = "mpirun is not installed: apt-get install openmpi-bin.";
        }
    }
}
