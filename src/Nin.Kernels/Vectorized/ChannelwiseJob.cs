using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>A formula with coefficients per channel over <c>[rows, channels]</c>, cut into chunks of rows.</summary>
readonly struct ChannelwiseJob<TOperator>(TOperator formula, long rows, int channels, int step) : ILanesJob
    where TOperator : struct, IChannelwise
{
    // Rows whose operands stay in the second-level cache, should the last register of each be partial and take a pass of its own.
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

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long first = (long)index * step;
        int height = (int)Math.Min(step, rows - first);
        int whole = channels - channels % TLanes.Count;
        if (whole > 0)
            Apply<TLanes, WholeExtent>(first * channels, height, 0, whole, default);
        if (whole < channels)
            Apply<TLanes, PartExtent>(first * channels, height, whole, channels, new PartExtent(channels - whole));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Apply<TLanes, TExtent>(long first, int height, int c0, int c1, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TOperator local = formula;
        int stride = channels;
        for (int row = 0; row < height; row++, first += stride)
        {
            for (int c = c0; c < c1; c += TLanes.Count)
            {
                local.Apply<TLanes, TExtent>(first + c, c, extent);
            }
        }
    }
}
