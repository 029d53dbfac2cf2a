using System.Runtime.Intrinsics;

namespace Nin.Vectorized;

/// <summary>The width of register that this machine computes with.</summary>
static class SimdWidth
{
    /// <summary>512, 256 or 128 bits. A constant to the JIT: a branch on it costs nothing.</summary>
    public static int Best => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Runs the pieces 0 to <paramref name="count"/> - 1 of a job at the width of the pool.</summary>
    public static void Run<TJob>(WorkerPool pool, int count, in TJob job)
        where TJob : struct, ILanesJob
    {
        switch (pool.Width)
        {
            case 512:
                RunAt<TJob, Lanes512>(pool, count, job);
                break;
            case 256:
                RunAt<TJob, Lanes256>(pool, count, job);
                break;
            default:
                RunAt<TJob, Lanes128>(pool, count, job);
                break;
        }
    }

    static void RunAt<TJob, TLanes>(WorkerPool pool, int count, in TJob job)
        where TJob : struct, ILanesJob
        where TLanes : struct, ILanes<TLanes>
    {
        var wide = new LanesJob<TJob, TLanes> { Job = job };
        pool.Run(count, ref wide);
    }
}
