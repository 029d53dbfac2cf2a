using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>A formula over a flat range, cut into chunks.</summary>
readonly struct ElementwiseJob<TOperator>(TOperator formula, long length) : ILanesJob
    where TOperator : struct, IElementwise
{
    // Small enough that the last chunks fill all threads, large enough that claiming one costs nothing.
    const int Chunk = 16 * 1024;

    readonly TOperator formula = formula;
    readonly long length = length;

    /// <summary>Applies a formula to the elements 0 to <paramref name="length"/> - 1.</summary>
    public static void Run(CpuDevice device, long length, in TOperator formula) =>
        device.Run((int)((length + Chunk - 1) / Chunk), new ElementwiseJob<TOperator>(formula, length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        // A copy, whose fields stay in registers: those of the job might alias what is stored.
        TOperator local = formula;
        long i = (long)index * Chunk;
        long end = Math.Min(i + Chunk, length);
        for (; i <= end - TLanes.Count; i += TLanes.Count)
        {
            local.Apply<TLanes, WholeExtent>(i, default);
        }

        if (i < end)
        {
            local.Apply<TLanes, PartExtent>(i, new PartExtent((int)(end - i)));
        }
    }
}
