using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>Copies a block of rows: a plain copy, or the channels of one input of a <c>Concat</c>, forward and backward.</summary>
interface ICopyBlock : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="block">Rows, columns and strides.</param>
    /// <param name="x">Source, from its first copied element on.</param>
    /// <param name="y">Target, from its first written element on.</param>
    /// <param name="accumulate">Adds to the target instead of overwriting it.</param>
    void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate);
}

/// <summary>A block of rows in memory: which elements of a copy's source and target correspond.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Elements of a row that are copied.</param>
/// <param name="SourceStride">Elements from one row of the source to the next.</param>
/// <param name="TargetStride">Elements from one row of the target to the next.</param>
public readonly record struct Block2d(long Rows, int Columns, int SourceStride, int TargetStride);

/// <summary>One thread per four elements of a row, or per element where they are not aligned.</summary>
sealed class CopyBlockPortable(AcceleratorDevice device) : ICopyBlock
{
    readonly Action<DeviceStream, KernelConfig, CopyItems, ArrayView<float>, ArrayView<float>> launch =
        device.Load<CopyItems, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate)
    {
        if (block.Columns == 0) return;
        int width = Float4.Width(
            Float4.AreAligned(x, block.Columns) && Float4.AreAligned(y, block.Columns) && block.SourceStride % Float4.Length == 0
            && block.TargetStride % Float4.Length == 0);
        int perRow = block.Columns / width;
        // Items are counted in 32 bits.
        long most = int.MaxValue / perRow;
        for (long first = 0; first < block.Rows; first += most)
        {
            int rows = (int)Math.Min(most, block.Rows - first);
            var items = new CopyItems(block.SourceStride, block.TargetStride, Divisor.Of(perRow), rows * perRow, width, accumulate ? 1 : 0);
            launch(stream, device.Over(items.Count), items, Rest(x, first * block.SourceStride), Rest(y, first * block.TargetStride));
        }
    }

    static ArrayView<float> Rest(DeviceView view, long first) => view.Slice(first, view.Length - first).Array;

    static void Kernel(CopyItems items, ArrayView<float> x, ArrayView<float> y)
    {
        for (uint i = PortableThread.Index32; i < (uint)items.Count; i += PortableThread.Stride32)
        {
            int row = items.PerRow.Divide((int)i), column = ((int)i - row * items.PerRow.Value) * items.Width;
            Float4 values = Float4.Load(x, (long)row * items.SourceStride + column, items.Width);
            long target = (long)row * items.TargetStride + column;
            if (items.Accumulate != 0) values = Float4.Add(Float4.Load(y, target, items.Width), values);
            values.Store(y, target, items.Width);
        }
    }
}

/// <summary>What the kernel of a copy reads besides its arrays.</summary>
/// <param name="SourceStride">Elements from one row of the source to the next.</param>
/// <param name="TargetStride">Elements from one row of the target to the next.</param>
/// <param name="PerRow">Items of a row.</param>
/// <param name="Count">Items.</param>
/// <param name="Width">Elements of an item.</param>
/// <param name="Accumulate">1 to add.</param>
readonly record struct CopyItems(int SourceStride, int TargetStride, Divisor PerRow, int Count, int Width, int Accumulate);

/// <summary>One pass over memory; rows that follow each other on both sides are one flat range.</summary>
sealed unsafe class CopyBlockVectorized(CpuDevice device) : ICopyBlock
{
    public void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate)
    {
        if (block.Columns == 0) return;
        if (block.Rows == 1 || (block.SourceStride == block.Columns && block.TargetStride == block.Columns))
        {
            var flat = new Copy(x.Pointer, y.Pointer, accumulate);
            ElementwiseJob<Copy>.Run(device, block.Rows * block.Columns, flat);
            return;
        }

        int step = Math.Max(1, Chunk.Length / block.Columns);
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
