namespace Nin.Ops;

/// <summary>The sizes of a pooling as its kernels read them, with the output's worked out.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns around the input.</param>
/// <param name="Dilation">Distance between taps.</param>
/// <param name="Examples">Examples of the batch.</param>
readonly record struct PoolMap(
    int Channels, int Height, int Width, int OutHeight, int OutWidth, int Kernel, int Stride, int Padding, int Dilation, int Examples)
{
    public static PoolMap Of(in PoolSizes s, int n) =>
        new(s.Channels, s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, s.Stride, s.Padding, s.Dilation, n);

    /// <summary>Elements of the batch's input: views may be longer.</summary>
    public long InputLength => (long)Examples * Height * Width * Channels;

    /// <summary>Elements of the batch's output.</summary>
    public long OutputLength => (long)Examples * OutHeight * OutWidth * Channels;

    /// <summary>The first input row (or column) of a window that is not padding.</summary>
    public int First(int window)
    {
        int start = window * Stride - Padding;
        return start >= 0 ? start : start + (Dilation - 1 - start) / Dilation * Dilation;
    }

    /// <summary>One behind the last input row (or column) of a window, cut at the border.</summary>
    public int End(int window, int size)
    {
        int end = window * Stride - Padding + Dilation * (Kernel - 1) + 1;
        return end < size ? end : size;
    }

    /// <summary>The first window that may read an input row (or column).</summary>
    public int FirstWindow(int place)
    {
        int before = place + Padding - Dilation * (Kernel - 1);
        return before <= 0 ? 0 : (before + Stride - 1) / Stride;
    }

    /// <summary>One behind the last window that may read an input row (or column).</summary>
    public int EndWindow(int place, int windows)
    {
        int end = (place + Padding) / Stride + 1;
        return end < windows ? end : windows;
    }

    /// <summary>The number of a tap, which falls on an input row and column, among those of its window inside the input.</summary>
    public int Tap(int windowRow, int windowColumn, int row, int column)
    {
        int left = First(windowColumn);
        int columns = (End(windowColumn, Width) - left + Dilation - 1) / Dilation;
        return (row - First(windowRow)) / Dilation * columns + (column - left) / Dilation;
    }

    /// <summary>Whether a tap of a window that covers an input row (or column) falls on it.</summary>
    public bool Reads(int window, int place) => (place + Padding - window * Stride) % Dilation == 0;
}
