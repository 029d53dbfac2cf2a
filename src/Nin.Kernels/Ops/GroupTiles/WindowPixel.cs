namespace Nin.Ops;

/// <summary>A pixel of the result, from which its window is read.</summary>
/// <param name="First">The first source element of its example and group.</param>
/// <param name="Row">Row.</param>
/// <param name="Column">Column.</param>
readonly record struct WindowPixel(long First, int Row, int Column)
{
    /// <summary>The place of a pixel by its number in the batch.</summary>
    public static WindowPixel Of(WindowMap map, long pixel, int group)
    {
        long row = pixel / map.Width;
        long example = row / map.Height;
        long first = example * map.SourceHeight * map.SourceWidth * map.Groups * map.Depth + group * map.Depth;
        return new WindowPixel(first, (int)(row - example * map.Height), (int)(pixel - row * map.Width));
    }

    /// <summary>The place so many pixels behind.</summary>
    public WindowPixel Behind(WindowMap map, int pixels)
    {
        long first = First;
        int row = Row, column = Column + pixels;
        while (column >= map.Width)
        {
            column -= map.Width;
            row++;
            if (row == map.Height)
            {
                row = 0;
                first += (long)map.SourceHeight * map.SourceWidth * map.Groups * map.Depth;
            }
        }

        return new WindowPixel(first, row, column);
    }

    /// <summary>The source element of a place in the window, or -1 where it lies outside.</summary>
    public long Source(WindowMap map, TapPlace place)
    {
        if (place.Ky >= map.Kernel) return -1;
        int sy = map.Source(Row, place.Ky, map.SourceHeight);
        int sx = map.Source(Column, place.Kx, map.SourceWidth);
        if ((sy | sx) < 0) return -1;
        return First + ((long)sy * map.SourceWidth + sx) * map.Groups * map.Depth + place.Channel;
    }
}
