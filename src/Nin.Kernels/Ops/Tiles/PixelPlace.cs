namespace Nin.Ops;

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
