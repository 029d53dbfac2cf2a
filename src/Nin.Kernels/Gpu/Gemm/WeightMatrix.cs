using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>Weights as the right operand of a product: <c>[group][depth][columns]</c>, zeros behind the last row and column.</summary>
/// <param name="Layout">Where in the parameter the elements lie.</param>
readonly record struct WeightMatrixSizes(PanelLayout Layout)
{
    /// <summary>Rows of a group: taps times summed channels, in whole buffers of eight.</summary>
    public int Rows => RowsOf(Layout.Taps * Layout.Depth);

    /// <summary>Columns of a group, in whole blocks of four.</summary>
    public int Columns => ColumnsOf(Layout.Columns);

    /// <summary>Elements.</summary>
    public long Length => (long)Layout.Groups * Rows * Columns;

    /// <summary>Rows that so many summed elements take.</summary>
    public static int RowsOf(int elements) => (elements + 7) / 8 * 8;

    /// <summary>Columns that so many channels take.</summary>
    public static int ColumnsOf(int channels) => (channels + Float4.Length - 1) / Float4.Length * Float4.Length;
}

/// <summary>
/// Weights as <see cref="WeightMatrixSizes"/> says: rows in the order of a window's elements, so that a group reads blocks of four side by side
/// and knows no tail.
/// </summary>
sealed class WeightMatrix(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, WeightMatrixSizes, ArrayView<float>, ArrayView<float>> launch =
        device.Load<WeightMatrixSizes, ArrayView<float>, ArrayView<float>>(PackKernel);

    /// <summary>The matrix of one parameter: kept with its version, or in scratch that lasts for this op.</summary>
    public DeviceView Of(DeviceStream stream, Type variant, in PanelLayout layout, in Weights w, DeviceView scratch)
    {
        var sizes = new WeightMatrixSizes(layout);
        if (w.Prepacked is not null) return w.Prepacked.Get(stream, layout.Key(variant), in w, sizes.Length, (this, stream, sizes), Derive);
        Pack(stream, sizes, w.Value, scratch);
        return scratch;
    }

    static void Derive(DeviceView w, DeviceView copy, in (WeightMatrix Matrix, DeviceStream Stream, WeightMatrixSizes Sizes) state) =>
        state.Matrix.Pack(state.Stream, state.Sizes, w, copy);

    void Pack(DeviceStream stream, in WeightMatrixSizes sizes, DeviceView w, DeviceView matrix) =>
        launch(stream, device.Over(sizes.Length), sizes, w.Array, matrix.Array);

    static void PackKernel(WeightMatrixSizes sizes, ArrayView<float> w, ArrayView<float> matrix)
    {
        for (long i = PortableThread.Index; i < sizes.Length; i += PortableThread.Stride)
        {
            long rest = i / sizes.Columns;
            int column = (int)(i - rest * sizes.Columns);
            long group = rest / sizes.Rows;
            int row = (int)(rest - group * sizes.Rows);
            int tap = row / sizes.Layout.Depth, depth = row - tap * sizes.Layout.Depth;
            float value = 0;
            if (tap < sizes.Layout.Taps && column < sizes.Layout.Columns)
            {
                value = w[
                    group * sizes.Layout.GroupStride + tap * sizes.Layout.TapStride + depth * sizes.Layout.DepthStride
                    + column * sizes.Layout.ColumnStride];
            }

            matrix[i] = value;
        }
    }
}

/// <summary>Which blocks of four weights a thread fetches: one, or two of which the second stands some rows below.</summary>
/// <param name="Quad">The first block of the group's matrix row, from its column on; moves on by a buffer's rows at a time.</param>
/// <param name="Inside">1 where the column exists.</param>
readonly record struct WeightQuads<TShape, TSums>(long Quad, int Inside)
    where TShape : struct, IGroupShape
    where TSums : struct, IGroupSums
{
    /// <summary>The blocks of the first buffer.</summary>
    public static WeightQuads<TShape, TSums> Of(WindowMap map, int steps, int group, int column)
    {
        int rowLength = RowLength(map);
        int row = Group.IdxX / GroupTile<TShape, TSums>.ColumnQuads, block = column / Float4.Length + Group.IdxX % GroupTile<TShape, TSums>.ColumnQuads;
        long quad = ((long)group * steps * GroupTile<TShape, TSums>.Depth + row) * rowLength + block;
        return new WeightQuads<TShape, TSums>(quad, block < rowLength ? 1 : 0);
    }

    /// <summary>Those of the next buffer.</summary>
    public WeightQuads<TShape, TSums> Next(WindowMap map) => new(Quad + GroupTile<TShape, TSums>.Depth * (long)RowLength(map), Inside);

    /// <summary>The block so many rows below, zeros behind the last column.</summary>
    public Float4 Load(ArrayView<Float4> matrix, WindowMap map, int below)
    {
        Float4 quad = default;
        if (Inside != 0) quad = matrix[Quad + (long)below * RowLength(map)];
        return quad;
    }

    static int RowLength(WindowMap map) => WeightMatrixSizes.ColumnsOf(map.Columns) / Float4.Length;
}
