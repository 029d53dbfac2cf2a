namespace Nin.Shapes.Sizes;

/// <summary>A sliding window over an image, one axis each for its rows and its columns.</summary>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Columns">From left to right.</param>
readonly partial record struct Window2d(WindowAxis Rows, WindowAxis Columns)
{
    /// <summary>The same along both axes.</summary>
    public static Window2d Square(int kernel, int stride = LayerDefaults.Stride, int padding = LayerDefaults.Padding, int dilation = LayerDefaults.Dilation)
    {
        WindowAxis axis = new(kernel, stride, padding, padding, dilation);
        return new(axis, axis);
    }

    /// <summary>Taps of the window.</summary>
    public long Taps => (long)Rows.Kernel * Columns.Kernel;
}

/// <summary>How the windows of a convolution or pooling slide along one axis.</summary>
/// <param name="Kernel">Taps of a window, 1 or more.</param>
/// <param name="Stride">Pixels from one window to the next, 1 or more.</param>
/// <param name="Before">Pixels of padding before the first, 0 or more.</param>
/// <param name="After">Pixels of padding after the last, 0 or more.</param>
/// <param name="Dilation">Pixels from one tap to the next, 1 or more.</param>
/// <param name="Ceil">
/// Whether a last window that starts inside the input or its leading padding may extend beyond the end (PyTorch's <c>ceil_mode</c>).
/// </param>
/// <remarks>
/// The accessibility of the types in this folder is given elsewhere: public in Nin.Kernels, internal where the generator
/// links these files, so that no assembly has two of them. Results are <see cref="long"/>: arguments come from
/// half-typed code and a product of two ints may overflow.
/// </remarks>
readonly partial record struct WindowAxis(
    int Kernel,
    int Stride = LayerDefaults.Stride,
    int Before = LayerDefaults.Padding,
    int After = LayerDefaults.Padding,
    int Dilation = LayerDefaults.Dilation,
    bool Ceil = LayerDefaults.Ceil)
{
    /// <summary>Pixels from the first to the last that a dilated window reads: <c>d (k - 1) + 1</c>.</summary>
    public long Effective => WindowSize.Effective(Kernel, Dilation);

    /// <summary>
    /// Output size <c>floor((n + before + after - effective) / s) + 1</c>, or 0 where no window fits; rounded up where <see cref="Ceil"/>
    /// asks for it and the last window starts before the trailing padding. PyTorch: <c>conv_output_size</c>, <c>pooling_output_shape</c>.
    /// </summary>
    public long Output(long input)
    {
        long room = input + Before + After - Effective;
        if (room < 0 && !Ceil) return 0;
        if (!Ceil) return room / Stride + 1;

        long windows = room + Stride - 1 < 0 ? 0 : (room + Stride - 1) / Stride + 1;
        return windows > 0 && (windows - 1) * Stride >= input + Before ? windows - 1 : windows;
    }

    /// <summary>
    /// The axis with the padding by which <c>ceil(n / s)</c> windows cover the input: where it is odd, the larger part comes after (ONNX:
    /// <c>SAME_UPPER</c>).
    /// </summary>
    public WindowAxis PaddedToSame(long input)
    {
        long windows = (input + Stride - 1) / Stride;
        long padding = Math.Max(0, (windows - 1) * Stride + Effective - input);
        return this with { Before = (int)Math.Min(int.MaxValue, padding / 2), After = (int)Math.Min(int.MaxValue, padding - padding / 2) };
    }

    /// <summary>
    /// What a transposed convolution with this window makes of a size, the way back from <see cref="Output"/>: <c>(n - 1) s - before - after + effective</c>, and
    /// what is added after the last window, since several sizes have the same output. Below 1 where the padding leaves nothing.
    /// </summary>
    public long Enlarged(long size, int added = 0) => (size - 1) * Stride - Before - After + Effective + added;

    /// <summary>Pixels at the far border, padding counted, that no window reads.</summary>
    public long Unread(long input) => Math.Max(0, input + Before + After - Effective - (Output(input) - 1) * Stride);
}

/// <summary>Formulas of windows that need no <see cref="WindowAxis"/>.</summary>
static partial class WindowSize
{
    /// <summary>Pixels from the first to the last that a dilated window reads: <c>d (k - 1) + 1</c>.</summary>
    public static long Effective(long kernel, long dilation) => dilation * (kernel - 1) + 1;

    /// <summary>The largest padding that pooling allows: half the effective window (PyTorch, <c>Pool.h</c>).</summary>
    public static long MaxPoolingPadding(long kernel, long dilation) => Effective(kernel, dilation) / 2;
}
