using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// The sizes of a pooling over one example: input <c>[height, width, channels]</c>, output <c>[OutHeight, OutWidth, channels]</c>, channels
/// last in memory. They are checked when they are constructed, so that every op may trust them. PyTorch's rules: <c>Pool.h</c>.
/// </summary>
public readonly record struct PoolSizes
{
    /// <param name="Channels">Channels.</param>
    /// <param name="Height">Input rows.</param>
    /// <param name="Width">Input columns.</param>
    /// <param name="Window">The window and how it slides; its padding is at most half of its effective size.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range; the message names it.</exception>
    /// <exception cref="ArgumentException">The padding is too large, no window fits, or there are more elements than an index can count.</exception>
    public PoolSizes(int Channels, int Height, int Width, Window2d Window)
    {
        AtLeastOne(Channels, nameof(Channels));
        AtLeastOne(Height, nameof(Height));
        AtLeastOne(Width, nameof(Width));
        Window.Check();
        if ((Misfit(Window.Rows, Height, "rows") ?? Misfit(Window.Columns, Width, "columns")) is { } misfit)
            throw new ArgumentException(misfit, nameof(Window));
        (this.Channels, this.Height, this.Width, this.Window) = (Channels, Height, Width, Window);
        if (Math.Max(InputLength, OutputLength) > int.MaxValue)
            throw new ArgumentException($"One example has more than {int.MaxValue:N0} elements: input {InputLength:N0}, output {OutputLength:N0}.");
    }

    /// <summary>A square window.</summary>
    /// <inheritdoc cref="PoolSizes(int, int, int, Window2d)" path="/exception"/>
    /// <param name="Channels">Channels.</param>
    /// <param name="Height">Input rows.</param>
    /// <param name="Width">Input columns.</param>
    /// <param name="Kernel">Side of the window.</param>
    /// <param name="Stride">Distance between two windows.</param>
    /// <param name="Padding">Rows and columns on each side, at most half of the effective window.</param>
    /// <param name="Dilation">Distance between the taps of a window; an average has none.</param>
    public PoolSizes(
        int Channels, int Height, int Width, int Kernel, int Stride, int Padding = LayerDefaults.Padding, int Dilation = LayerDefaults.Dilation)
        : this(Channels, Height, Width, Window2d.Square(Kernel, Stride, Padding, Dilation))
    {
    }

    /// <summary>One window that is the whole image.</summary>
    public static PoolSizes Global(in Shape image) =>
        new(image.Channels, image.Height, image.Width, new Window2d(new WindowAxis(image.Height), new WindowAxis(image.Width)));

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Input rows.</summary>
    public int Height { get; }

    /// <summary>Input columns.</summary>
    public int Width { get; }

    /// <summary>The window and how it slides.</summary>
    public Window2d Window { get; }

    /// <summary>Output rows.</summary>
    public int OutHeight => (int)Window.Rows.Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => (int)Window.Columns.Output(Width);

    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Height * Width * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)OutHeight * OutWidth * Channels;

    // Why a window cannot slide along an axis; null where it can.
    static string? Misfit(in WindowAxis axis, int size, string across)
    {
        long most = WindowSize.MaxPoolingPadding(axis.Kernel, axis.Dilation);
        if (Math.Max(axis.Before, axis.After) > most)
            return $"Padding of {axis.Before} and {axis.After} {across} is more than half of the window's {axis.Effective}: use {most} or less.";
        // The largest number that a kernel computes along the axis.
        if ((long)size + axis.Before + axis.After + axis.Effective + axis.Stride > int.MaxValue)
            return $"A window of {axis.Effective} {across}, stride {axis.Stride}, over {size} is out of range: they must be {int.MaxValue:N0} or less in all.";
        return axis.Output(size) < 1 ? $"A window of {axis.Effective} {across} does not fit {size} with padding of {axis.Before} and {axis.After}." : null;
    }

    static void AtLeastOne(int value, string name)
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more.");
    }
}

/// <summary>One axis of a pooling as its kernels read it: places are input rows (or columns), windows are output rows (or columns).</summary>
/// <param name="Size">Places.</param>
/// <param name="Windows">Windows.</param>
/// <param name="Kernel">Taps of a window.</param>
/// <param name="Stride">Places from one window to the next.</param>
/// <param name="Before">Padding before the first place.</param>
/// <param name="After">Padding after the last.</param>
/// <param name="Dilation">Places from one tap to the next.</param>
/// <param name="Reach">Places from a window's first tap to its last.</param>
readonly record struct PoolAxis(
    int Size, int Windows, int Kernel, Divisor Stride, int Before, int After, Divisor Dilation, int Reach)
{
    public static PoolAxis Of(in WindowAxis axis, int size) => new(
        size, (int)axis.Output(size), axis.Kernel, Divisor.Of(axis.Stride), axis.Before, axis.After, Divisor.Of(axis.Dilation), (int)axis.Effective - 1);

    /// <summary>The place of a window's first tap that is not in the padding; only where it has <see cref="Taps"/>.</summary>
    public int First(int window)
    {
        int start = Start(window);
        return start < 0 ? start + Skipped(start) * Dilation.Value : start;
    }

    /// <summary>How many taps of a window are not in the padding: 0 where all places lie between two of its taps.</summary>
    public int Taps(int window)
    {
        int start = Start(window);
        int first = start < 0 ? Skipped(start) : 0;
        int end = start + Reach < Size ? Kernel : Dilation.Divide(Size - start + Dilation.Value - 1);
        return end > first ? end - first : 0;
    }

    /// <summary>The windows from First to before End have none of their taps in the padding.</summary>
    public (int First, int End) Whole()
    {
        int first = Stride.Divide(Before + Stride.Value - 1), last = Size - 1 - Reach + Before;
        return (first, last < 0 ? 0 : Math.Min(Windows, Stride.Divide(last) + 1));
    }

    /// <summary>The most taps that a window has in the image.</summary>
    public int MostTaps => Kernel < Size ? Kernel : Size;

    /// <summary>Places of a window without dilation, padding counted, but not what extends beyond the padding.</summary>
    public int Padded(int window)
    {
        int start = Start(window), end = start + Kernel;
        return (end < Size + After ? end : Size + After) - start;
    }

    /// <summary>The first window that may read a place.</summary>
    public int FirstWindow(int place)
    {
        int before = place + Before - Reach;
        return before <= 0 ? 0 : Stride.Divide(before + Stride.Value - 1);
    }

    /// <summary>The window after the last that may read a place.</summary>
    public int EndWindow(int place)
    {
        int end = Stride.Divide(place + Before) + 1;
        return end < Windows ? end : Windows;
    }

    /// <summary>
    /// The number of the tap that falls on a place, among those that are not in the padding; -1 where the place lies between two taps. The window is one
    /// that may read the place.
    /// </summary>
    public int TapAt(int window, int place)
    {
        int distance = place - First(window);
        if (Dilation.Value == 1) return distance;
        if (distance < 0) return -1;
        int tap = Dilation.Divide(distance);
        return tap * Dilation.Value == distance ? tap : -1;
    }

    int Start(int window) => window * Stride.Value - Before;

    // The taps before place 0.
    int Skipped(int start) => Dilation.Value == 1 ? -start : Dilation.Divide(Dilation.Value - 1 - start);
}

/// <summary>A pooling of a batch as its kernels read it.</summary>
/// <param name="Examples">Examples.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Columns">From left to right.</param>
/// <param name="CountPadding">1 where an average divides by the padded area.</param>
readonly record struct PoolMap(int Examples, int Channels, PoolAxis Rows, PoolAxis Columns, int CountPadding)
{
    public static PoolMap Of(in PoolSizes s, int n, bool countPadding = false) =>
        new(n, s.Channels, PoolAxis.Of(s.Window.Rows, s.Height), PoolAxis.Of(s.Window.Columns, s.Width), countPadding ? 1 : 0);

    /// <summary>What an average divides a window by.</summary>
    public float Area(int windowRow, int windowColumn) => CountPadding != 0
        ? (float)Rows.Padded(windowRow) * Columns.Padded(windowColumn)
        : (float)Rows.Taps(windowRow) * Columns.Taps(windowColumn);

    /// <summary>Index of an element of the input.</summary>
    public long Input(long example, int row, int column, int channel) =>
        ((example * Rows.Size + row) * Columns.Size + column) * Channels + channel;

    /// <summary>Index of an element of the output.</summary>
    public long Output(long example, int row, int column, int channel) =>
        ((example * Rows.Windows + row) * Columns.Windows + column) * Channels + channel;
}
