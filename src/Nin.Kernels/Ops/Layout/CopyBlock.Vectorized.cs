using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over memory; rows that lie behind each other on both sides are one flat range.</summary>
sealed unsafe class CopyBlockVectorized(CpuDevice device) : ICopyBlock
{
    const int ChunkLength = 16 * 1024;

    public void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate)
    {
        if (block.Columns == 0) return;
        if (block.Rows == 1 || (block.SourceStride == block.Columns && block.TargetStride == block.Columns))
        {
            var flat = new Copy(x.Pointer, y.Pointer, accumulate);
            ElementwiseJob<Copy>.Run(device, block.Rows * block.Columns, flat);
            return;
        }

        int step = Math.Max(1, ChunkLength / block.Columns);
        device.Run((int)((block.Rows + step - 1) / step), new RowsJob(block, step, x.Pointer, y.Pointer, accumulate));
    }

    /// <summary><c>y (+)= x</c></summary>
    readonly struct Copy(float* x, float* y, bool accumulate) : IElementwise
    {
        readonly float* x = x;
        readonly float* y = y;
        readonly bool accumulate = accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(long i, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes value = extent.Load<TLanes>(x + i);
            extent.Store(y + i, accumulate ? extent.Load<TLanes>(y + i) + value : value);
        }
    }

    readonly struct RowsJob(Block2d block, int step, float* x, float* y, bool accumulate) : ILanesJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            int columns = block.Columns;
            long end = Math.Min(block.Rows, ((long)index + 1) * step);
            for (long row = (long)index * step; row < end; row++)
            {
                var copy = new Copy(x + row * block.SourceStride, y + row * block.TargetStride, accumulate);
                int c = 0;
                for (; c <= columns - TLanes.Count; c += TLanes.Count)
                {
                    copy.Apply<TLanes, WholeExtent>(c, default);
                }

                if (c < columns)
                    copy.Apply<TLanes, PartExtent>(c, new PartExtent(columns - c));
            }
        }
    }
}
