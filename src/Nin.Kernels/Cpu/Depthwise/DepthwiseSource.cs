using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The source of a convolution whose groups are narrow, as lanes of result channels read it: <c>[row, column, plane, result channel]</c>, where
/// plane i holds the i-th source channel of each result channel's group. Where each group has one channel on either side that is the source as it is
/// in memory, unless it is normalised first; else some rows are copied at a time.
/// </summary>
/// <param name="source"><c>[n, height, width, groups sources]</c>.</param>
/// <param name="g">The convolution in its direction.</param>
/// <param name="normalizes">Whether <paramref name="normalization"/> is there, or will be: of a source that is only planned it is not.</param>
/// <param name="normalization">What is done to the source first, where each group has one channel on either side.</param>
readonly unsafe struct DepthwiseSource(float* source, in ConvolutionGeometry g, bool normalizes, in InputNormalization normalization)
{
    readonly float* source = source;
    readonly InputNormalization normalization = normalization;
    readonly bool normalizes = normalizes;
    readonly int height = g.Rows.Sources, width = g.Columns.Sources;
    readonly int sourceChannels = g.Groups * g.SourceChannels;
    readonly int sources = g.SourceChannels, results = g.ResultChannels;

    /// <summary>Source channels of a result channel.</summary>
    public int Planes => sources;

    /// <summary>Whether each group has one channel on either side.</summary>
    public bool IsPlain => sources == 1 && results == 1;

    /// <summary>Whether source pixels are read as they are in memory.</summary>
    public bool IsInPlace => IsPlain && !normalizes;

    /// <summary>Floats from a pixel to the next, with <paramref name="channels"/> result channels in a block.</summary>
    public nint PixelStep(int channels) => IsInPlace ? sourceChannels : (nint)sources * channels;

    /// <summary>Floats from a row to the next.</summary>
    public nint RowStep(int channels) => width * PixelStep(channels);

    /// <summary>Row <paramref name="from"/> of an example, from the result channel <paramref name="c"/> on; the rows after it follow.</summary>
    /// <param name="example">Number of the example.</param>
    /// <param name="from">First row.</param>
    /// <param name="end">The row after the last one.</param>
    /// <param name="c">First result channel.</param>
    /// <param name="channels">Result channels.</param>
    /// <param name="scratch">Holds the rows where they are copied.</param>
    public float* Rows<TLanes>(int example, int from, int end, int c, int channels, float* scratch)
        where TLanes : struct, ILanes<TLanes>
    {
        float* rows = source + ((nint)example * height + from) * width * sourceChannels;
        if (IsInPlace) return rows + c;
        if (IsPlain) Normalize<TLanes>(rows, (end - from) * width, c, channels, scratch);
        else for (int i = 0; i < channels; i += TLanes.Count) Spread<TLanes>(rows, (end - from) * width, c + i, Math.Min(TLanes.Count, channels - i), scratch + i, channels);
        return scratch;
    }

    // The row that is asked for next is prefetched: while results are computed from this one, it comes from memory.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Normalize<TLanes>(float* rows, int pixels, int c, int channels, float* to)
        where TLanes : struct, ILanes<TLanes>
    {
        nint next = (nint)width * sourceChannels;
        for (float* from = rows + c; pixels > 0; pixels--, from += sourceChannels, to += channels)
        {
            for (int i = 0; i < channels; i += MicroKernel.LineColumns) ReadAhead.Line(from + next + i);
            normalization.Copy<TLanes>(from, c, to, channels);
        }
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
