using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>Per slice of a batch and channel: the sum, the sum of squared deviations from the slice's mean, and that mean.</summary>
/// <param name="memory"><see cref="Length"/> elements.</param>
/// <param name="n">Examples.</param>
/// <param name="sizes">Sizes of one example.</param>
readonly unsafe struct SliceStatistics(float* memory, int n, BatchNormSizes sizes)
{
    readonly float* memory = memory;
    readonly int n = n;
    readonly int pixels = sizes.Pixels;

    /// <summary>Channels.</summary>
    public int Channels { get; } = sizes.Channels;

    /// <summary>Elements of memory that the statistics of so many slices take.</summary>
    public static long Length(int slices, int channels) => 3L * slices * channels;

    /// <summary>Computes one slice's channels <paramref name="c0"/> to <paramref name="c1"/> - 1.</summary>
    public void Compute<TLanes>(float* x, int slice, int c0, int c1)
        where TLanes : struct, ILanes<TLanes>
    {
        float* sums = memory + 3L * slice * Channels;
        float* squares = sums + Channels;
        float* means = squares + Channels;
        long first = (long)slice * Slices.Examples * pixels;
        int rows = Rows(slice);
        ChannelSums.Compute<TLanes, PlainTerm>(new PlainTerm(x), first, rows, Channels, c0, c1, sums, null);
        for (int c = c0; c < c1; c++)
        {
            means[c] = sums[c] / rows;
        }

        ChannelSums.Compute<TLanes, CentredSquareTerm>(new CentredSquareTerm(x, means), first, rows, Channels, c0, c1, squares, null);
    }

    /// <summary>Combines the slices as <see cref="Slices"/> says.</summary>
    /// <param name="mean"><c>[channels]</c>, overwritten: the batch's mean.</param>
    /// <param name="squares"><c>[channels]</c>, overwritten: the sum of squared deviations from it.</param>
    /// <returns>Pixels in the batch.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Combine<TLanes>(float* mean, float* squares)
        where TLanes : struct, ILanes<TLanes>
    {
        int slices = Slices.Count(n);
        int stride = 3 * Channels;
        long m = (long)n * pixels;
        SliceTree.Sum<TLanes>(memory, stride, slices, Channels);
        for (int c = 0; c < Channels; c++)
        {
            mean[c] = (float)((double)memory[c] / m);
        }

        for (int slice = 0; slice < slices; slice++)
        {
            float* own = memory + (long)slice * stride + Channels;
            float rows = Rows(slice);
            for (int c = 0; c < Channels; c++)
            {
                float shift = own[Channels + c] - mean[c];
                own[c] += rows * shift * shift;
            }
        }

        SliceTree.Sum<TLanes>(memory + Channels, stride, slices, Channels);
        new ReadOnlySpan<float>(memory + Channels, Channels).CopyTo(new Span<float>(squares, Channels));
        return m;
    }

    int Rows(int slice) => Math.Min(Slices.Examples, n - slice * Slices.Examples) * pixels;

    /// <summary><c>(x - mean)²</c></summary>
    readonly struct CentredSquareTerm(float* x, float* mean) : IChannelTerm
    {
        readonly float* x = x;
        readonly float* mean = mean;

        public static bool HasSecond => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes centred = extent.Load<TLanes>(x + at) - extent.Load<TLanes>(mean + c);
            first = TLanes.MulAdd(centred, centred, first);
        }
    }
}
