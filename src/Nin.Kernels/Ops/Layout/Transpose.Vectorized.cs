using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
