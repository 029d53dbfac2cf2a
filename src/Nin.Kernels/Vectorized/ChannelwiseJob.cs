using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>A formula with coefficients per channel over <c>[rows, channels]</c>, cut into chunks of rows.</summary>
readonly struct ChannelwiseJob<TOperator>(TOperator formula, long rows, int channels, int step) : ILanesJob
    where TOperator : struct, IChannelwise
{
    const int Chunk = 16 * 1024;

    readonly TOperator formula = formula;
    readonly long rows = rows;
    readonly int channels = channels;
    readonly int step = step;

    /// <summary>Applies a formula to all elements.</summary>
    public static void Run(CpuDevice device, long rows, int channels, in TOperator formula)
    {
        int step = Math.Max(1, Chunk / channels);
        device.Run((int)((rows + step - 1) / step), new ChannelwiseJob<TOperator>(formula, rows, channels, step));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        TOperator local = formula;
        int columns = channels;
        long end = Math.Min(((long)index + 1) * step, rows) * columns;
        for (long at = (long)index * step * columns; at < end; at += columns)
        {
            int c = 0;
            for (; c <= columns - TLanes.Count; c += TLanes.Count)
            {
                local.Apply<TLanes, WholeExtent>(at + c, c, default);
            }

            if (c < columns)
                local.Apply<TLanes, PartExtent>(at + c, c, new PartExtent(columns - c));
        }
    }
}
