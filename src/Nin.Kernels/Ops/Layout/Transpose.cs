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
    readonly Action<DeviceStream, KernelConfig, TransposeItems, ArrayView<float>, ArrayView<float>> launch =
        device.Load<TransposeItems, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        // Items are counted in 32 bits.
        int length = rows * columns, most = int.MaxValue / length;
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var items = new TransposeItems(Divisor.Of(rows), Divisor.Of(columns), count * length, accumulate ? 1 : 0);
            long offset = (long)first * length;
            launch(stream, device.Over(items.Count), items, x.Slice(offset, items.Count).Array, y.Slice(offset, items.Count).Array);
        }
    }

    static void Kernel(TransposeItems items, ArrayView<float> x, ArrayView<float> y)
    {
        for (uint i = PortableThread.Index32; i < (uint)items.Count; i += PortableThread.Stride32)
        {
            int line = items.Rows.Divide((int)i), row = (int)i - line * items.Rows.Value;
            int example = items.Columns.Divide(line), column = line - example * items.Columns.Value;
            float value = x[(example * items.Rows.Value + row) * items.Columns.Value + column];
            y[(int)i] = items.Accumulate != 0 ? y[(int)i] + value : value;
        }
    }
}

/// <summary>What the kernel of a transposition reads besides its arrays.</summary>
/// <param name="Rows">Rows of the source.</param>
/// <param name="Columns">Columns of the source.</param>
/// <param name="Count">Elements.</param>
/// <param name="Accumulate">1 to add.</param>
readonly record struct TransposeItems(Divisor Rows, Divisor Columns, int Count, int Accumulate);

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
