using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

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

    /// <summary>Why it is missing; null where it is present.</summary>
    public static string? Missing { get; private set; }

    /// <summary>Whether NIN_SIMULATED_CUDA is <c>all</c>, as in CI: its tests run as a whole, and that it is missing is a failure and not a reason to skip them.</summary>
    public static bool IsDemanded => Environment.GetEnvironmentVariable("NIN_SIMULATED_CUDA") == "all";

    /// <summary>Forgets a fault that a test caused.</summary>
    public static void Recover() => ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "ninRecover"))();

    /// <summary>Lets launches return at once, and run nothing, or ends it.</summary>
    public static void Skip(bool skips) => ((delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "ninSkip"))(skips ? 1 : 0);

    /// <summary>How often launches were asked for one by one and graphs as a whole, and how many graphs exist.</summary>
    public static (long Launches, long Graphs, long Existing) Calls()
    {
        var calls = (delegate* unmanaged<int, long>)Function("ninCalls");
        return (calls(0), calls(1), calls(2));
    }

    /// <summary>Lets so many more calls of graphs' functions succeed, and all others fail; below 0 none fails.</summary>
    public static void LimitGraphCalls(int calls) => ((delegate* unmanaged<int, int>)Function("ninLimitGraphCalls"))(calls);

    /// <summary>A function of the driver.</summary>
    public static nint Function(string name) => NativeLibrary.GetExport(library, name);

    /// <summary>The kernels that are launched while <paramref name="action"/> runs, in their order.</summary>
    public static string[] Launched(Action action)
    {
        var count = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "ninCount");
        count(1);
        action();
        count(0);
        int launches = ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "ninCounted"))();
        return [.. Enumerable.Range(0, launches).Select(NameOf)];
    }

    static string NameOf(int launch)
    {
        var give = (delegate* unmanaged<int, byte*, int, int>)NativeLibrary.GetExport(library, "ninLaunch");
        var json = new byte[give(launch, null, 0)];
        fixed (byte* start = json) give(launch, start, json.Length);
        return JsonDocument.Parse(json).RootElement.GetProperty("kernel").GetString()!;
    }

    [ModuleInitializer]
    internal static void Load()
    {
        // Not the user's: kernels of a build under test are of no use to others.
        Environment.SetEnvironmentVariable(PtxKernels.Variable, Path.Combine(AppContext.BaseDirectory, "kernels"));
        // The driver sees each buffer by itself: an access to a neighbour is a fault, what an earlier buffer left counts as never written, and memory that a queued kernel
        // still uses cannot be freed.
        Environment.SetEnvironmentVariable(CachingArena.Variable, "off");
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
