using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nin.Cuda.Tests;

/// <summary>
/// The simulated driver, loaded by its path before anything asks for one. It carries the name libcuda.so.1, so the loader gives it to everyone in this
/// process who asks for that; no other process sees it.
/// </summary>
static unsafe class SimulatedDriver
{
    static readonly string Folder = typeof(SimulatedDriver).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "SimulatedDriver").Value!;

    static nint library;

    /// <summary>Where it is, for another process.</summary>
    public static string File { get; } = Path.Combine(Folder, "libcuda.so.1");

    /// <summary>Why it is not there; null where it is.</summary>
    public static string? Missing { get; private set; }

    /// <summary>Forgets a fault that a test caused.</summary>
    public static void Recover() => ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "ninRecover"))();

    [ModuleInitializer]
    internal static void Load()
    {
        if (System.IO.File.Exists(File)) library = NativeLibrary.Load(File);
        else Missing = $"the simulated CUDA driver was not built: {Reason()}";
    }

    static string Reason()
    {
        string log = Path.Combine(Folder, "publish.log");
        if (!System.IO.File.Exists(log)) return "it needs Linux";
        return System.IO.File.ReadLines(log).FirstOrDefault(l => l.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim() ?? $"see {log}";
    }
}
