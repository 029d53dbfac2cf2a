namespace Nin.Ops;

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
