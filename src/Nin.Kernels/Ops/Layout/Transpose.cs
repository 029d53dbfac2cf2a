using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Per example <c>y[column, row] = x[row, column]</c>: from channels-last to PyTorch's order of features after <c>Flatten</c>, and back.
/// </summary>
interface ITranspose : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, rows, columns]</c>.</param>
    /// <param name="y"><c>[n, columns, rows]</c>.</param>
    /// <param name="accumulate">Adds to <paramref name="y"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate);
}

/// <summary>One thread per element of the target. (It only flattens maps of a few pixels, so no tile is staged in shared memory.)</summary>
sealed class TransposePortable(AcceleratorDevice device) : ITranspose
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate) =>
        launch(stream, device.Over((long)n * rows * columns), rows, columns, n, accumulate ? 1 : 0, x.Array, y.Array);

    static void Kernel(int rows, int columns, int n, int accumulate, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < (long)n * rows * columns; i += PortableThread.Stride)
        {
            long line = i / rows;
            long row = i - line * rows;
            long example = line / columns;
            long column = line - example * columns;
            float value = x[(example * rows + row) * columns + column];
            y[i] = accumulate != 0 ? y[i] + value : value;
        }
    }
}

/// <summary>Tiles of source and target that stay in the first-level cache, so that each cache line is fetched once on either side.</summary>
sealed unsafe class TransposeVectorized(CpuDevice device) : ITranspose
{
    // A cache line of floats.
    const int Tile = 16;

    public void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        int bands = (columns + Tile - 1) / Tile;
        var job = new BandJob(rows, columns, bands, x.Pointer, y.Pointer, accumulate);
        device.Pool.Run(n * bands, ref job);
    }

    /// <summary>Sixteen columns of one example's source: sixteen rows of its target.</summary>
    readonly struct BandJob(int rows, int columns, int bands, float* x, float* y, bool accumulate) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int index, int worker)
        {
            (int example, int band) = Math.DivRem(index, bands);
            long offset = (long)example * rows * columns;
            int first = band * Tile;
            int width = Math.Min(Tile, columns - first);
            for (int row = 0; row < rows; row += Tile)
            {
                float* source = x + offset + (long)row * columns + first;
                float* target = y + offset + (long)first * rows + row;
                Transpose(source, columns, target, rows, Math.Min(Tile, rows - row), width, accumulate);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Transpose(float* source, int sourceStride, float* target, int targetStride, int height, int width, bool add)
        {
            for (int column = 0; column < width; column++)
            {
                float* to = target + (long)column * targetStride;
                for (int row = 0; row < height; row++)
                {
                    float value = source[(long)row * sourceStride + column];
                    to[row] = add ? to[row] + value : value;
                }
            }
        }
    }
}
