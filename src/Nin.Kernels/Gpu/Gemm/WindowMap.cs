namespace Nin.Ops;

/// <summary>
/// Which source pixel a tap of a result pixel reads. Along each axis <c>q = result * Scale + Shift + tap * TapStep</c>; the source is
/// <c>q / Divisor</c> where that is whole and inside, and nothing otherwise. Convolution scales by its stride; its transpose divides by it.
/// </summary>
/// <param name="Height">Rows of the result.</param>
/// <param name="Width">Columns of the result.</param>
/// <param name="SourceHeight">Rows of the source.</param>
/// <param name="SourceWidth">Columns of the source.</param>
/// <param name="Kernel">Taps along an axis.</param>
/// <param name="Scale">Source pixels from one result pixel to the next.</param>
/// <param name="Shift">Source pixel of result 0, tap 0.</param>
/// <param name="TapStep">Source pixels from a tap to the next.</param>
/// <param name="Divisor">Stride of the transpose.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Depth">Source channels in a group.</param>
/// <param name="Columns">Result channels in a group.</param>
readonly record struct WindowMap(
    int Height, int Width, int SourceHeight, int SourceWidth, int Kernel, int Scale, int Shift, int TapStep, int Divisor, int Groups,
    int Depth, int Columns)
{
    /// <summary>A convolution's output from its input.</summary>
    public static WindowMap Forward(in Conv2dSizes s) => new(
        s.OutHeight, s.OutWidth, s.Height, s.Width, s.Kernel, s.Stride, -s.Padding, s.Dilation, 1, s.Groups, s.GroupChannels, s.GroupFilters);

    /// <summary>The gradient of a convolution's input from that of its output.</summary>
    public static WindowMap Backward(in Conv2dSizes s) => new(
        s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, 1, s.Padding, -s.Dilation, s.Stride, s.Groups, s.GroupFilters, s.GroupChannels);

    /// <summary>1 where the taps of a window's row follow each other in memory.</summary>
    public int HasRuns => TapStep == 1 && Divisor == 1 && Groups == 1 ? 1 : 0;

    /// <summary>Where a tap reads along one axis, or -1 for nowhere.</summary>
    public int Source(int result, int tap, int size)
    {
        int q = result * Scale + Shift + tap * TapStep;
        if (q < 0) return -1;
        if (Divisor > 1)
        {
            int quotient = q / Divisor;
            if (quotient * Divisor != q) return -1;
            q = quotient;
        }

        return q < size ? q : -1;
    }
}

/// <summary>A pixel of the result.</summary>
readonly record struct PixelPlace(long Example, int Row, int Column)
{
    /// <summary>The place of a pixel by its number in the batch; behind the last pixel, the last one's.</summary>
    public static PixelPlace Of(WindowMap map, long pixel, long pixels)
    {
        if (pixel >= pixels) pixel = pixels - 1;
        long row = pixel / map.Width;
        long example = row / map.Height;
        return new PixelPlace(example, (int)(row - example * map.Height), (int)(pixel - row * map.Width));
    }

    /// <summary>The first source element of a tap, or -1 outside.</summary>
    public long Source(WindowMap map, int ky, int kx, int group)
    {
        int sy = map.Source(Row, ky, map.SourceHeight);
        int sx = map.Source(Column, kx, map.SourceWidth);
        return (sy | sx) < 0
            ? -1
            : ((Example * map.SourceHeight + sy) * map.SourceWidth + sx) * map.Groups * map.Depth + group * map.Depth;
    }
}

/// <summary>The pixels of the result that the rows of a <see cref="ThreadTile"/> are.</summary>
struct TilePlaces
{
    PixelPlace p0, p1, p2, p3, p4, p5, p6, p7;

    /// <summary>Neighbours from one on; behind the last pixel of the batch that one.</summary>
    public static TilePlaces Of(WindowMap map, long pixel, long pixels)
    {
        TilePlaces r;
        r.p0 = PixelPlace.Of(map, pixel, pixels);
        r.p1 = PixelPlace.Of(map, pixel + 1, pixels);
        r.p2 = PixelPlace.Of(map, pixel + 2, pixels);
        r.p3 = PixelPlace.Of(map, pixel + 3, pixels);
        r.p4 = PixelPlace.Of(map, pixel + 4, pixels);
        r.p5 = PixelPlace.Of(map, pixel + 5, pixels);
        r.p6 = PixelPlace.Of(map, pixel + 6, pixels);
        r.p7 = PixelPlace.Of(map, pixel + 7, pixels);
        return r;
    }

    /// <summary>Where a tap reads for each of them.</summary>
    public readonly RowOffsets Source(WindowMap map, int ky, int kx, int group)
    {
        RowOffsets r;
        r.O0 = p0.Source(map, ky, kx, group);
        r.O1 = p1.Source(map, ky, kx, group);
        r.O2 = p2.Source(map, ky, kx, group);
        r.O3 = p3.Source(map, ky, kx, group);
        r.O4 = p4.Source(map, ky, kx, group);
        r.O5 = p5.Source(map, ky, kx, group);
        r.O6 = p6.Source(map, ky, kx, group);
        r.O7 = p7.Source(map, ky, kx, group);
        return r;
    }
}

/// <summary>Where the eight rows of a <see cref="ThreadTile"/> begin; a negative one is outside of the input.</summary>
struct RowOffsets
{
    public long O0, O1, O2, O3, O4, O5, O6, O7;

    /// <summary>Rows <paramref name="stride"/> apart; behind number <paramref name="last"/> that one again.</summary>
    public static RowOffsets Of(long origin, long stride, int last)
    {
        RowOffsets r;
        r.O0 = origin;
        r.O1 = origin + (last < 1 ? last : 1) * stride;
        r.O2 = origin + (last < 2 ? last : 2) * stride;
        r.O3 = origin + (last < 3 ? last : 3) * stride;
        r.O4 = origin + (last < 4 ? last : 4) * stride;
        r.O5 = origin + (last < 5 ? last : 5) * stride;
        r.O6 = origin + (last < 6 ? last : 6) * stride;
        r.O7 = origin + (last < 7 ? last : 7) * stride;
        return r;
    }

    /// <summary>True where each row is outside.</summary>
    public readonly bool AreAllOutside => (O0 & O1 & O2 & O3 & O4 & O5 & O6 & O7) < 0;

    /// <summary>True where none is.</summary>
    public readonly bool AreAllInside => (O0 | O1 | O2 | O3 | O4 | O5 | O6 | O7) >= 0;

    /// <summary>All bits where a row is inside, no bit where it is not.</summary>
    public readonly RowOffsets Inside
    {
        get
        {
            RowOffsets r;
            r.O0 = O0 < 0 ? 0 : -1;
            r.O1 = O1 < 0 ? 0 : -1;
            r.O2 = O2 < 0 ? 0 : -1;
            r.O3 = O3 < 0 ? 0 : -1;
            r.O4 = O4 < 0 ? 0 : -1;
            r.O5 = O5 < 0 ? 0 : -1;
            r.O6 = O6 < 0 ? 0 : -1;
            r.O7 = O7 < 0 ? 0 : -1;
            return r;
        }
    }

    /// <summary>Zero in place of what is outside: something may be read there.</summary>
    public readonly RowOffsets Clamped
    {
        get
        {
            RowOffsets r;
            r.O0 = O0 < 0 ? 0 : O0;
            r.O1 = O1 < 0 ? 0 : O1;
            r.O2 = O2 < 0 ? 0 : O2;
            r.O3 = O3 < 0 ? 0 : O3;
            r.O4 = O4 < 0 ? 0 : O4;
            r.O5 = O5 < 0 ? 0 : O5;
            r.O6 = O6 < 0 ? 0 : O6;
            r.O7 = O7 < 0 ? 0 : O7;
            return r;
        }
    }
}
