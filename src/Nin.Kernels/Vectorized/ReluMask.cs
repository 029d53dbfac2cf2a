using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>The gradient of a ReLU: dy where the output y was above zero, 0 elsewhere.</summary>
unsafe struct ReluMask : ILanesJob
{
    const int PieceLength = 1 << 14;

    float* y;
    float* dY;
    float* dX;
    long length;

    /// <param name="pool">Threads and width.</param>
    /// <param name="y">Output of the ReLU.</param>
    /// <param name="dY">Gradient of y; replaced by the gradient of what the ReLU read.</param>
    /// <param name="length">Floats of each.</param>
    public static void Run(WorkerPool pool, float* y, float* dY, long length) => Run(pool, y, dY, dY, length);

    /// <param name="pool">Threads and width.</param>
    /// <param name="y">Output of the ReLU.</param>
    /// <param name="dY">Gradient of y.</param>
    /// <param name="dX">Gradient of what the ReLU read; may be either of the others.</param>
    /// <param name="length">Floats of each.</param>
    public static void Run(WorkerPool pool, float* y, float* dY, float* dX, long length) =>
        SimdWidth.Run(pool, Packing.CeilDivide(length, PieceLength), new ReluMask { y = y, dY = dY, dX = dX, length = length });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long i = (long)index * PieceLength;
        long end = Math.Min(i + PieceLength, length);
        for (; i <= end - TLanes.Count; i += TLanes.Count)
        {
            (TLanes.GreaterThan(TLanes.Load(y + i), TLanes.Zero) & TLanes.Load(dY + i)).Store(dX + i);
        }

        int rest = (int)(end - i);
        (TLanes.GreaterThan(TLanes.Load(y + i, rest), TLanes.Zero) & TLanes.Load(dY + i, rest)).Store(dX + i, rest);
    }
}
