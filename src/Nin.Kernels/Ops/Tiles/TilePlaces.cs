namespace Nin.Ops;

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
