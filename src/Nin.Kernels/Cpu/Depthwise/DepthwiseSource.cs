using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The source of a convolution whose groups are narrow, as lanes of result channels read it: <c>[row, column, plane, result channel]</c>, where
/// plane i holds the i-th source channel of each result channel's group. Where each group has one channel on either side that is the source as it is
/// in memory; else some rows are spread at a time.
/// </summary>
/// <param name="source"><c>[n, height, width, groups sources]</c>.</param>
/// <param name="g">The convolution in its direction.</param>
readonly unsafe struct DepthwiseSource(float* source, in ConvolutionGeometry g)
{
    readonly float* source = source;
    readonly int height = g.Rows.Sources, width = g.Columns.Sources;
    readonly int sourceChannels = g.Groups * g.SourceChannels;
    readonly int sources = g.SourceChannels, results = g.ResultChannels;

    /// <summary>Source channels of a result channel.</summary>
    public int Planes => sources;

    /// <summary>Whether source pixels are read as they are in memory.</summary>
    public bool IsPlain => sources == 1 && results == 1;

    /// <summary>Floats from a pixel to the next, with <paramref name="channels"/> result channels in a block.</summary>
    public nint PixelStep(int channels) => IsPlain ? sourceChannels : (nint)sources * channels;

    /// <summary>Floats from a row to the next.</summary>
    public nint RowStep(int channels) => width * PixelStep(channels);

    /// <summary>Row <paramref name="from"/> of an example, from the result channel <paramref name="c"/> on; the rows after it follow.</summary>
    /// <param name="example">Number of the example.</param>
    /// <param name="from">First row.</param>
    /// <param name="end">The row after the last one.</param>
    /// <param name="c">First result channel.</param>
    /// <param name="channels">Result channels.</param>
    /// <param name="scratch">Holds the rows where they are spread.</param>
    public float* Rows<TLanes>(int example, int from, int end, int c, int channels, float* scratch)
        where TLanes : struct, ILanes<TLanes>
    {
        float* rows = source + ((nint)example * height + from) * width * sourceChannels;
        if (IsPlain) return rows + c;
        for (int i = 0; i < channels; i += TLanes.Count) Spread<TLanes>(rows, (end - from) * width, c + i, Math.Min(TLanes.Count, channels - i), scratch + i, channels);
        return scratch;
    }

    // One register of result channels, all planes.
    void Spread<TLanes>(float* rows, int pixels, int c, int lanes, float* to, int channels)
        where TLanes : struct, ILanes<TLanes>
    {
        int* indices = stackalloc int[TLanes.Count];
        int first = c / results * sources, end = ((c + lanes - 1) / results + 1) * sources;
        for (int plane = 0; plane < sources; plane++)
        {
            new Span<int>(indices, TLanes.Count).Clear();
            for (int i = 0; i < lanes; i++) indices[i] = (c + i) / results * sources + plane - first;
            if (lanes < TLanes.Count || first + TLanes.Count > sourceChannels || end - first > TLanes.Count)
                Gather(rows + first, pixels, indices, lanes, to + plane * channels, (nint)sources * channels);
            else
                Shuffle<TLanes>(rows + first, pixels, indices, to + plane * channels, (nint)sources * channels);
        }
    }

    // The channels that a register reads are in one register.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Shuffle<TLanes>(float* from, int pixels, int* indices, float* to, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        for (; pixels > 0; pixels--, from += sourceChannels, to += step) TLanes.Shuffle(TLanes.Load(from), indices).Store(to);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Gather(float* from, int pixels, int* indices, int lanes, float* to, nint step)
    {
        for (; pixels > 0; pixels--, from += sourceChannels, to += step)
        {
            for (int i = 0; i < lanes; i++) to[i] = from[indices[i]];
        }
    }
}
