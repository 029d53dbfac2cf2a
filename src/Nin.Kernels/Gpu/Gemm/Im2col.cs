using ILGPU;

namespace Nin.Ops;

/// <summary>
/// A row of the im2col matrix <c>[m, k]</c> of a <see cref="ConvolutionGeometry"/>: a result pixel. The matrix is never stored; the kernels read its
/// elements out of the source.
/// </summary>
/// <param name="Source">The first source element of its example and group.</param>
/// <param name="Row">Row of the pixel.</param>
/// <param name="Column">Column of the pixel.</param>
readonly record struct Im2colRow(long Source, int Row, int Column)
{
    /// <summary>The row of a pixel by its number in the batch.</summary>
    public static Im2colRow Of(ConvolutionGeometry g, long pixel, int group)
    {
        long row = pixel / g.Columns.Results;
        long example = row / g.Rows.Results;
        return new Im2colRow(
            example * ExampleLength(g) + group * g.SourceChannels, (int)(row - example * g.Rows.Results), (int)(pixel - row * g.Columns.Results));
    }

    /// <summary>The row that many pixels further on.</summary>
    public Im2colRow Advance(ConvolutionGeometry g, int pixels)
    {
        long source = Source;
        int row = Row, column = Column + pixels;
        while (column >= g.Columns.Results)
        {
            column -= g.Columns.Results;
            row++;
            if (row == g.Rows.Results)
            {
                row = 0;
                source += ExampleLength(g);
            }
        }

        return new Im2colRow(source, row, column);
    }

    /// <summary>The source element of a tap's first channel, or -1 where the tap reads nothing.</summary>
    public long Tap(ConvolutionGeometry g, int tapRow, int tapColumn)
    {
        int row = g.Rows.Source(Row, tapRow), column = g.Columns.Source(Column, tapColumn);
        // An example has less than 2^31 elements.
        return (row | column) < 0 ? -1 : Source + (row * g.Columns.Sources + column) * g.Groups * g.SourceChannels;
    }

    /// <summary>The same for a tap of the forward direction, without branches, for callers that go pixel by pixel.</summary>
    public long Tap(ConvolutionGeometry g, InputTap tap)
    {
        int row = Row * g.Rows.Scale + tap.RowShift, column = Column * g.Columns.Scale + tap.ColumnShift;
        long source = Source + (row * g.Columns.Sources + column) * g.Groups * g.SourceChannels;
        return (uint)row < (uint)g.Rows.Sources & (uint)column < (uint)g.Columns.Sources ? source : -1;
    }

    /// <summary>The source element in a column of the matrix, or -1 for a zero.</summary>
    public long Element(ConvolutionGeometry g, Im2colColumn k)
    {
        if (k.TapRow >= g.Rows.Taps) return -1;
        long source = Tap(g, k.TapRow, k.TapColumn);
        return source < 0 ? -1 : source + k.Channel;
    }

    /// <summary>Elements of an example of the source.</summary>
    public static int ExampleLength(ConvolutionGeometry g) => g.Rows.Sources * g.Columns.Sources * g.Groups * g.SourceChannels;
}

/// <summary>A column of the im2col matrix: a tap and a channel, numbered tap by tap.</summary>
/// <param name="TapRow">Row of the tap; after the last column, the number of rows or more.</param>
/// <param name="TapColumn">Column of the tap.</param>
/// <param name="Channel">Channel in its group.</param>
readonly record struct Im2colColumn(int TapRow, int TapColumn, int Channel)
{
    /// <summary>The column by its number.</summary>
    public static Im2colColumn Of(ConvolutionGeometry g, int k)
    {
        int tap = k / g.SourceChannels;
        int row = tap / g.Columns.Taps;
        return new Im2colColumn(row, tap - row * g.Columns.Taps, k - tap * g.SourceChannels);
    }

    /// <summary>The column that many elements further on.</summary>
    public Im2colColumn Advance(ConvolutionGeometry g, int elements)
    {
        int row = TapRow, column = TapColumn, channel = Channel + elements;
        while (channel >= g.SourceChannels)
        {
            channel -= g.SourceChannels;
            column++;
            if (column == g.Columns.Taps)
            {
                column = 0;
                row++;
            }
        }

        return new Im2colColumn(row, column, channel);
    }
}

/// <summary>A tap of the forward direction: what result pixel (0, 0) reads through it, in or before the source.</summary>
/// <param name="RowShift">Row of the source pixel.</param>
/// <param name="ColumnShift">Column of the source pixel.</param>
readonly record struct InputTap(int RowShift, int ColumnShift)
{
    // So far before the source that no row that is added to it is inside.
    const int Nowhere = int.MinValue / 2;

    /// <summary>The tap of a column; one that no pixel reads anything through after the last column.</summary>
    public static InputTap Of(ConvolutionGeometry g, Im2colColumn k) => new(
        k.TapRow < g.Rows.Taps ? g.Rows.Shift + k.TapRow * g.Rows.TapStep : Nowhere, g.Columns.Shift + k.TapColumn * g.Columns.TapStep);
}

/// <summary>How four neighbouring columns of an im2col row are read; a struct, so that each way is a kernel of its own.</summary>
interface IIm2colLoader
{
    /// <summary>What is constant over the columns of a tap, and worth keeping until the next tap.</summary>
    long Locate(ConvolutionGeometry g, Im2colRow m, Im2colColumn k);

    /// <summary>The same for the tap of a column that does not change, forward.</summary>
    long Locate(ConvolutionGeometry g, Im2colRow m, InputTap tap);

    /// <summary>The elements from a column on, zeros outside.</summary>
    /// <param name="g">The geometry.</param>
    /// <param name="x">The source.</param>
    /// <param name="m">The row.</param>
    /// <param name="k">The first column.</param>
    /// <param name="location">What <see cref="Locate(ConvolutionGeometry, Im2colRow, Im2colColumn)"/> says of them.</param>
    Float4 Load(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location);

    /// <summary>Begins to copy the same elements to shared memory; zeros where the location is negative, too.</summary>
    void Copy(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location, ArrayView<Float4> shared, int place);
}

/// <summary>One float4: channels come in fours, so that a tap's four are contiguous, and the source starts at a multiple of 16 bytes.</summary>
readonly struct Float4Loader : IIm2colLoader
{
    /// <summary>The source element of the tap's first channel, or -1.</summary>
    public long Locate(ConvolutionGeometry g, Im2colRow m, Im2colColumn k) => k.TapRow < g.Rows.Taps ? m.Tap(g, k.TapRow, k.TapColumn) : -1;

    public long Locate(ConvolutionGeometry g, Im2colRow m, InputTap tap) => m.Tap(g, tap);

    public Float4 Load(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location)
    {
        Float4 elements = default;
        if (location >= 0) elements = x.Cast<Float4>()[Float4.Index(location + k.Channel)];
        return elements;
    }

    public void Copy(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location, ArrayView<Float4> shared, int place) =>
        AsyncCopy.Begin(ref shared[place], ref x.Cast<Float4>()[location < 0 ? 0 : Float4.Index(location + k.Channel)], location < 0 ? 0 : 16);
}

/// <summary>Four floats: any number of channels.</summary>
readonly struct FloatLoader : IIm2colLoader
{
    public long Locate(ConvolutionGeometry g, Im2colRow m, Im2colColumn k) => 0;

    public long Locate(ConvolutionGeometry g, Im2colRow m, InputTap tap) => 0;

    public Float4 Load(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location)
    {
        Float4 elements;
        elements.S0 = At(g, x, m, k);
        k = k.Advance(g, 1);
        elements.S1 = At(g, x, m, k);
        k = k.Advance(g, 1);
        elements.S2 = At(g, x, m, k);
        k = k.Advance(g, 1);
        elements.S3 = At(g, x, m, k);
        return elements;
    }

    public void Copy(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location, ArrayView<Float4> shared, int place)
    {
        var floats = shared.Cast<float>();
        place *= Float4.Length;
        Copy(g, x, m, k, location, ref floats[place]);
        k = k.Advance(g, 1);
        Copy(g, x, m, k, location, ref floats[place + 1]);
        k = k.Advance(g, 1);
        Copy(g, x, m, k, location, ref floats[place + 2]);
        k = k.Advance(g, 1);
        Copy(g, x, m, k, location, ref floats[place + 3]);
    }

    static void Copy(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location, ref float shared)
    {
        long source = location < 0 ? -1 : m.Element(g, k);
        AsyncCopy.Begin(ref shared, ref x[source < 0 ? 0 : source], source < 0 ? 0 : 4);
    }

    static float At(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k)
    {
        long source = m.Element(g, k);
        float value = 0;
        if (source >= 0) value = x[source];
        return value;
    }
}

/// <summary>The im2col rows of a <see cref="ThreadTile"/>.</summary>
struct Im2colTile
{
    Im2colRow m0, m1, m2, m3, m4, m5, m6, m7;

    /// <summary>The rows of neighbouring pixels from a given one on; rows after the last pixel of the batch repeat that pixel's.</summary>
    public static Im2colTile Of(ConvolutionGeometry g, long pixel, long pixels, int group)
    {
        long last = pixels - 1;
        Im2colTile r;
        r.m0 = Im2colRow.Of(g, pixel, group);
        r.m1 = Im2colRow.Of(g, pixel + 1 < last ? pixel + 1 : last, group);
        r.m2 = Im2colRow.Of(g, pixel + 2 < last ? pixel + 2 : last, group);
        r.m3 = Im2colRow.Of(g, pixel + 3 < last ? pixel + 3 : last, group);
        r.m4 = Im2colRow.Of(g, pixel + 4 < last ? pixel + 4 : last, group);
        r.m5 = Im2colRow.Of(g, pixel + 5 < last ? pixel + 5 : last, group);
        r.m6 = Im2colRow.Of(g, pixel + 6 < last ? pixel + 6 : last, group);
        r.m7 = Im2colRow.Of(g, pixel + 7 < last ? pixel + 7 : last, group);
        return r;
    }

    /// <summary>Where a tap reads for each of them.</summary>
    public readonly RowOffsets Tap(ConvolutionGeometry g, int tapRow, int tapColumn)
    {
        RowOffsets r;
        r.O0 = m0.Tap(g, tapRow, tapColumn);
        r.O1 = m1.Tap(g, tapRow, tapColumn);
        r.O2 = m2.Tap(g, tapRow, tapColumn);
        r.O3 = m3.Tap(g, tapRow, tapColumn);
        r.O4 = m4.Tap(g, tapRow, tapColumn);
        r.O5 = m5.Tap(g, tapRow, tapColumn);
        r.O6 = m6.Tap(g, tapRow, tapColumn);
        r.O7 = m7.Tap(g, tapRow, tapColumn);
        return r;
    }
}
