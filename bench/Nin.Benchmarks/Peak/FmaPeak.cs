using System.Diagnostics;
using Nin.Ops;

namespace Nin.Benchmarks.Peak;

/// <summary>What the device's threads reach where nothing but multiply-adds is to be done, over wall time.</summary>
sealed unsafe class FmaPeak(CpuDevice device) : IDisposable
{
    const int Steps = 1 << 20;
    const int PiecesPerThread = 2;

    readonly DeviceBuffer results = device.Allocate(device.Threads * PiecesPerThread * FmaLoop.ResultStep);

    /// <summary>Operations a second, a multiply-add counted as two, in 10^9.</summary>
    public double Measure()
    {
        int pieces = device.Threads * PiecesPerThread;
        long start = Stopwatch.GetTimestamp();
        device.Run(pieces, new FmaLoop(Steps, results.View.Pointer));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return 2e-9 * pieces * Steps * FmaLoop.Sums * (device.Pool.Width / 32) / seconds;
    }

    public void Dispose() => results.Dispose();
}
