using ILGPU;

namespace Nin.Ops;

/// <summary>
/// A pooling as portable kernels read it: a thread computes a block of a pixel's channels, four or one. Indices have 32 bits, so that a batch of more
/// elements takes several launches.
/// </summary>
/// <param name="Map">The pooling, of the examples of one launch.</param>
/// <param name="Blocks">Blocks of a pixel.</param>
/// <param name="InputRows">Rows of the input.</param>
/// <param name="InputColumns">Columns of the input.</param>
/// <param name="OutputRows">Rows of the output.</param>
/// <param name="OutputColumns">Columns of the output.</param>
/// <param name="Width">Channels of a block.</param>
readonly record struct PoolPixels(
    PoolMap Map, Divisor Blocks, Divisor InputRows, Divisor InputColumns, Divisor OutputRows, Divisor OutputColumns, int Width)
{
    public static PoolPixels Of(in PoolMap map, bool isAligned) => new(
        map, Divisor.Of(map.Channels / Float4.Width(isAligned)), Divisor.Of(map.Rows.Size), Divisor.Of(map.Columns.Size), Divisor.Of(map.Rows.Windows),
        Divisor.Of(map.Columns.Windows), Float4.Width(isAligned));

    /// <summary>The examples that one launch takes at most.</summary>
    public static int MostExamples(in PoolSizes sizes) => (int)(int.MaxValue / Math.Max(sizes.InputLength, sizes.OutputLength));

    /// <summary>Threads that the input has work for.</summary>
    public int InputItems => Map.Examples * Map.Rows.Size * Map.Columns.Size * Blocks.Value;

    /// <summary>Threads that the output has work for.</summary>
    public int OutputItems => Map.Examples * Map.Rows.Windows * Map.Columns.Windows * Blocks.Value;

    /// <summary>Where the block of an item of the input is.</summary>
    public PoolPixel InputAt(int item) => PoolPixel.At(item, Blocks, InputColumns, InputRows, Width);

    /// <summary>Where the block of an item of the output is.</summary>
    public PoolPixel OutputAt(int item) => PoolPixel.At(item, Blocks, OutputColumns, OutputRows, Width);

    /// <summary>Index of an element of the input.</summary>
    public int Input(int example, int row, int column, int channel) =>
        ((example * Map.Rows.Size + row) * Map.Columns.Size + column) * Map.Channels + channel;

    /// <summary>Index of an element of the output.</summary>
    public int Output(int example, int row, int column, int channel) =>
        ((example * Map.Rows.Windows + row) * Map.Columns.Windows + column) * Map.Channels + channel;
}

/// <summary>Where a block of channels of <c>[examples, rows, columns, channels]</c> begins.</summary>
readonly record struct PoolPixel(int Example, int Row, int Column, int Channel)
{
    public static PoolPixel At(int item, Divisor blocks, Divisor columns, Divisor rows, int width)
    {
        int pixel = blocks.Divide(item), line = columns.Divide(pixel), example = rows.Divide(line);
        return new(example, line - example * rows.Value, pixel - line * columns.Value, (item - pixel * blocks.Value) * width);
    }
}
