using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
        if (w.Derived is not null) return w.Derived.Get(stream, variant, in w, sizes.Length, (this, stream, sizes), Derive);
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
