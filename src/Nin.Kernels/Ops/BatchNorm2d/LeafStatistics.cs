using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Per leaf of a batch and channel, in double: the sum, and the sum of squared deviations from the leaf's mean.
/// </summary>
/// <remarks>
/// Memory is read once: a tile of <see cref="TileRows"/> rows is summed and then, while it is still in the cache, the squares of its deviations from
/// the tile's own mean; Chan's formula combines tiles and leaves without cancellation (Chan, Golub and LeVeque, "Algorithms for computing the sample
/// variance", 1983). A sum of plain squares would lose the variance of a channel whose mean is large. In a leaf all is relative to its
/// first row, so that float32 holds deviations and not the mean itself; between leaves double does.
/// </remarks>
/// <param name="memory"><see cref="Length"/> floats, aligned for doubles.</param>
/// <param name="sizes">Sizes of one example.</param>
/// <param name="n">Examples.</param>
readonly unsafe struct LeafStatistics(double* memory, BatchNormSizes sizes, int n)
{
    // A few blocks of ChannelSums, and no more than stays in the second-level cache whatever the channels.
    const int TileRows = 128;

    // Whole registers of any width; a tile of them is a first-level cache's worth.
    const int BlockChannels = 64;

    // Channels whose sums of a tile are on the stack: a whole number of the widest registers.
    const int TileChannels = 512;

    readonly ReductionTree tree = sizes.Tree;

    /// <summary>Channels.</summary>
    public int Channels { get; } = sizes.Channels;

    /// <summary>Pixels of the batch.</summary>
    public long Pixels { get; } = (long)n * sizes.Pixels;

    /// <summary><c>[channels]</c>: the sums of the first leaf, and after <see cref="Combine"/> of the batch.</summary>
    public double* Sums => memory;

    /// <summary><c>[channels]</c>: the squared deviations of the first leaf, and after <see cref="Combine"/> of the batch.</summary>
    public double* Squares => memory + Channels;

    /// <summary>Floats of memory that the statistics of a number of leaves take.</summary>
    public static long Length(int leaves, int channels) => sizeof(double) / sizeof(float) * 2L * leaves * channels;

    /// <summary>Computes one leaf's channels <paramref name="c0"/> to <paramref name="c1"/> - 1.</summary>
    public void Compute<TLanes>(float* x, int leaf, int c0, int c1)
        where TLanes : struct, ILanes<TLanes>
    {
        for (; c0 < c1; c0 += TileChannels)
        {
            ComputeTiles<TLanes>(x, leaf, c0, Math.Min(c0 + TileChannels, c1));
        }
    }

    void ComputeTiles<TLanes>(float* x, int leaf, int c0, int c1)
        where TLanes : struct, ILanes<TLanes>
    {
        float* stack = stackalloc float[4 * TileChannels];
        float* mean = stack, squares = stack + TileChannels, tileMean = stack + 2 * TileChannels, tileSquares = stack + 3 * TileChannels;
        long first = tree.FirstPixel(leaf, n), end = tree.FirstPixel(leaf + 1, n);
        float* origin = x + first * Channels;
        for (long row = first; row < end; row += TileRows)
        {
            int rows = (int)Math.Min(TileRows, end - row);
            // A block of channels twice: the second time it comes out of the cache.
            for (int c = c0; c < c1; c += BlockChannels)
            {
                int after = Math.Min(c + BlockChannels, c1);
                ChannelSums.Compute<TLanes, DeviationTerm>(new DeviationTerm(x, origin), row, rows, Channels, c, after, tileMean - c0, null);
                Divide<TLanes>(tileMean + c - c0, rows, after - c);
                ChannelSums.Compute<TLanes, SquareTerm>(new SquareTerm(x, origin, tileMean - c0), row, rows, Channels, c, after, tileSquares - c0, null);
            }

            Append<TLanes>(mean, squares, row - first, tileMean, tileSquares, rows, c1 - c0);
        }

        double* own = memory + 2L * leaf * Channels;
        for (int c = c0; c < c1; c++)
        {
            own[c] = (end - first) * ((double)origin[c] + mean[c - c0]);
            own[Channels + c] = squares[c - c0];
        }
    }

    static void Divide<TLanes>(float* sums, int rows, int channels)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes divisor = TLanes.Broadcast(rows);
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            (TLanes.Load(sums + c) / divisor).Store(sums + c);
        }
    }

    // Chan's formula; all registers are whole, and what is after the last channel is never read.
    static void Append<TLanes>(float* mean, float* squares, long rows, float* tileMean, float* tileSquares, int tileRows, int channels)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes share = TLanes.Broadcast(tileRows / (float)(rows + tileRows)), weight = TLanes.Broadcast(rows * (tileRows / (float)(rows + tileRows)));
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            TLanes old = TLanes.Load(mean + c), shift = TLanes.Load(tileMean + c) - old;
            TLanes.MulAdd(shift, share, old).Store(mean + c);
            TLanes.MulAdd(shift * shift, weight, TLanes.Load(squares + c) + TLanes.Load(tileSquares + c)).Store(squares + c);
        }
    }

    /// <summary>
    /// Combines the leaves of channels <paramref name="c0"/> to <paramref name="c1"/> - 1, in place, as the tree over them says: the batch's own
    /// statistics take the place of those of the first leaf.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Combine(int c0, int c1)
    {
        int channels = Channels, leaves = tree.Leaves(n);
        for (int reach = 1; reach < leaves; reach *= 2)
        {
            for (int leaf = 0; leaf + reach < leaves; leaf += 2 * reach)
            {
                double* left = memory + 2L * leaf * channels;
                long middle = tree.FirstPixel(leaf + reach, n);
                double a = middle - tree.FirstPixel(leaf, n), b = tree.FirstPixel(Math.Min(leaf + 2 * reach, leaves), n) - middle;
                Append(left, a, left + 2L * reach * channels, b, channels, c0, c1);
            }
        }
    }

    /// <summary>Combines the statistics of this batch, after <see cref="Combine"/>, with those of the other ranks' parts: the upper levels of the same tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CombineRanks(RankPass ranks)
    {
        int channels = Channels, length = 2 * channels, count = ranks.Group.Count;
        var pixels = stackalloc double[count];
        double own = ranks.IsEmpty ? 0 : Pixels;
        ranks.Gather<double>(new(&own, 1)).CopyTo(new(pixels, count));
        fixed (double* all = ranks.Gather<double>(new(memory, length)))
        {
            for (int reach = 1; reach < count; reach *= 2)
            {
                for (int rank = 0; rank + reach < count; rank += 2 * reach)
                {
                    // The first ranks of a node have its examples.
                    if (pixels[rank + reach] == 0) continue;
                    Append(all + (long)rank * length, pixels[rank], all + (long)(rank + reach) * length, pixels[rank + reach], channels, 0, channels);
                    pixels[rank] += pixels[rank + reach];
                }
            }

            new Span<double>(all, length).CopyTo(new(memory, length));
        }
    }

    // Chan's formula for statistics of a and of b pixels; the result takes the place of the left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Append(double* left, double a, double* right, double b, int channels, int c0, int c1)
    {
        (double perA, double perB, double weight) = (1 / a, 1 / b, a * b / (a + b));
        for (int c = c0; c < c1; c++)
        {
            double shift = right[c] * perB - left[c] * perA;
            left[c] += right[c];
            left[channels + c] += right[channels + c] + shift * shift * weight;
        }
    }

    /// <summary><c>x - origin</c></summary>
    readonly struct DeviationTerm(float* x, float* origin) : IChannelTerm
    {
        readonly float* x = x;
        readonly float* origin = origin;

        public static bool HasSecond => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(long at) => ReadAhead.Line(x + at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent =>
            first += extent.Load<TLanes>(x + at) - extent.Load<TLanes>(origin + c);
    }

    /// <summary><c>((x - origin) - mean)²</c></summary>
    readonly struct SquareTerm(float* x, float* origin, float* mean) : IChannelTerm
    {
        readonly float* x = x;
        readonly float* origin = origin;
        readonly float* mean = mean;

        public static bool HasSecond => false;

        // It was read a moment ago.
        public void Prefetch(long at)
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes deviation = extent.Load<TLanes>(x + at) - extent.Load<TLanes>(origin + c) - extent.Load<TLanes>(mean + c);
            first = TLanes.MulAdd(deviation, deviation, first);
        }
    }
}
