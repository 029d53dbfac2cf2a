namespace Nin.Ops;

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
