using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Nin.Benchmarks.Estimate;

/// <summary>The simulated driver, loaded by its path, and what it has beside CUDA's functions.</summary>
sealed unsafe class SimulatedDriver(string path)
{
    readonly nint library = NativeLibrary.Load(path);

    /// <summary>Limits how many blocks of each launch run; to be called before anything is allocated.</summary>
    public void Sample(int blocks)
    {
        if (((delegate* unmanaged<int, int>)Function("ninSample"))(blocks) != 0) throw new ArgumentException($"--blocks {blocks} is not from 0 to 8.");
    }

    /// <summary>Lets launches return at once, and run nothing, or ends it.</summary>
    public void Skip(bool skips) => ((delegate* unmanaged<int, int>)Function("ninSkip"))(skips ? 1 : 0);

    /// <summary>Counts what is launched while <paramref name="step"/> runs.</summary>
    public LaunchRecord[] Count(Action step)
    {
        var count = (delegate* unmanaged<int, int>)Function("ninCount");
        count(1);
        step();
        count(0);
        int launches = ((delegate* unmanaged<int>)Function("ninCounted"))();
        return [.. Enumerable.Range(0, launches).Select(i => JsonSerializer.Deserialize<LaunchRecord>(Text("ninLaunch", i), JsonSerializerOptions.Web)! with { Ordinal = i })];
    }

    /// <summary>The PTX of a launch's module.</summary>
    public string TextOf(LaunchRecord launch) => Text("ninLaunchText", launch.Ordinal);

    string Text(string function, int index)
    {
        var give = (delegate* unmanaged<int, byte*, int, int>)Function(function);
        var buffer = new byte[give(index, null, 0)];
        fixed (byte* start = buffer) give(index, start, buffer.Length);
        return Encoding.UTF8.GetString(buffer);
    }

    nint Function(string name) => NativeLibrary.GetExport(library, name);
}

/// <summary>A launch as the driver counted it; see <c>Nin.PtxSimulator.LaunchCounters</c>.</summary>
sealed record LaunchRecord(
    string Kernel, int Program, long Blocks, int SampledBlocks, int ThreadsPerBlock, int SharedBytes, double GlobalRequests, double GlobalSectors,
    double AsyncSectors, double LeastGlobalSectors, double SharedRequests, double SharedPasses, double LeastSharedPasses, double BytesRead, double BytesWritten,
    Dictionary<string, double> Warps, Dictionary<string, double> Threads, Dictionary<int, double> WarpsByLine)
{
    public int Ordinal { get; init; }
}
