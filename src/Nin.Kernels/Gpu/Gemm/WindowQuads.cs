using ILGPU;

namespace Nin.Ops;

/// <summary>How four neighbouring elements of a pixel's window are read; a struct, so that each way is a kernel of its own.</summary>
interface IWindowQuads
{
    /// <summary>The elements from a place on, zeros outside.</summary>
    Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place);
}

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

/// <summary>One element of a pixel's window: a tap and a channel. Elements are numbered tap by tap.</summary>
/// <param name="Ky">Row of the tap; behind the last element, the number of rows or more.</param>
/// <param name="Kx">Column of the tap.</param>
/// <param name="Channel">Channel in its group.</param>
readonly record struct TapPlace(int Ky, int Kx, int Channel)
{
    /// <summary>The place of an element by its number.</summary>
    public static TapPlace Of(WindowMap map, int number)
    {
        int tap = number / map.Depth;
        int ky = tap / map.Kernel;
        return new TapPlace(ky, tap - ky * map.Kernel, number - tap * map.Depth);
    }

    /// <summary>The place so many elements behind.</summary>
    public TapPlace Behind(WindowMap map, int elements)
    {
        int ky = Ky, kx = Kx, channel = Channel + elements;
        while (channel >= map.Depth)
        {
            channel -= map.Depth;
            kx++;
            if (kx == map.Kernel)
            {
                kx = 0;
                ky++;
            }
        }

        return new TapPlace(ky, kx, channel);
    }
}

/// <summary>At once: channels come in fours, so that a tap's four lie side by side, and the source starts at a multiple of 16 bytes.</summary>
readonly struct AlignedQuads : IWindowQuads
{
    public Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        long source = pixel.Source(map, place);
        Float4 quad = default;
        if (source >= 0) quad = x.Cast<Float4>()[source / Float4.Length];
        return quad;
    }
}

/// <summary>One by one: any number of channels.</summary>
readonly struct AnyQuads : IWindowQuads
{
    public Float4 Load(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        Float4 quad;
        quad.S0 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S1 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S2 = At(map, x, pixel, place);
        place = place.Behind(map, 1);
        quad.S3 = At(map, x, pixel, place);
        return quad;
    }

    static float At(WindowMap map, ArrayView<float> x, WindowPixel pixel, TapPlace place)
    {
        long source = pixel.Source(map, place);
        float value = 0;
        if (source >= 0) value = x[source];
        return value;
    }
}
