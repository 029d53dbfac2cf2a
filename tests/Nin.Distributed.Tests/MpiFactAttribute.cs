using System.Diagnostics;

namespace Nin.Distributed.Tests;

/// <summary>A test with real processes of Open MPI; skipped with its reason where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute() => Skip = Missing.Value!;

    /// <summary>Why there is no Open MPI; null where there is.</summary>
    public static Lazy<string?> Missing { get; } = new(() =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mpirun", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "mpirun is not installed: apt-get install openmpi-bin.";
        }
    });
}

/// <inheritdoc cref="MpiFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute() => Skip = MpiFactAttribute.Missing.Value!;
}
