namespace Nin.TestKit;

/// <summary>
/// A 2-D convolution: x <c>[Batch, Channels, Height, Width]</c>, w <c>[Filters, Channels / Groups, Rows.Kernel, Columns.Kernel]</c>. The
/// constructor's window is square; <see cref="Rows"/> and <see cref="Columns"/> may be set apart.
/// </summary>
public sealed record Conv2dCase(
    int Batch,
    int Channels,
    int Height,
    int Width,
    int Filters,
    int Kernel,
    int Stride = 1,
    int Padding = 0,
    int Dilation = 1,
    int Groups = 1)
{
    /// <summary>The window from top to bottom.</summary>
    public ConvAxis Rows { get; init; } = new(Kernel, Stride, Padding, Padding, Dilation);

    /// <summary>The window from left to right.</summary>
    public ConvAxis Columns { get; init; } = new(Kernel, Stride, Padding, Padding, Dilation);

    /// <summary>Output rows.</summary>
    public int OutHeight => Rows.Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => Columns.Output(Width);

    /// <summary>Input channels that one filter reads.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Filters of one group.</summary>
    public int GroupFilters => Filters / Groups;

    /// <summary>Elements of x.</summary>
    public int InputLength => Batch * Channels * Height * Width;

    /// <summary>Elements of w.</summary>
    public int WeightLength => Filters * GroupChannels * Rows.Kernel * Columns.Kernel;

    /// <summary>Elements of y.</summary>
    public int OutputLength => Batch * Filters * OutHeight * OutWidth;

    /// <summary>Multiply-adds of the forward pass, padding counted; each of the two gradients takes as many.</summary>
    public long Macs => (long)OutputLength * GroupChannels * Rows.Kernel * Columns.Kernel;
}

/// <summary>How a window slides along one axis.</summary>
/// <param name="Kernel">Taps.</param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Before">Zeros before the first pixel.</param>
/// <param name="After">Zeros after the last.</param>
/// <param name="Dilation">Pixels from one tap to the next.</param>
public sealed record ConvAxis(int Kernel, int Stride = 1, int Before = 0, int After = 0, int Dilation = 1)
{
    /// <summary>Output size (PyTorch, <c>ConvUtils.h</c>, <c>conv_output_size</c>).</summary>
    public int Output(int input) => (input + Before + After - (Dilation * (Kernel - 1) + 1)) / Stride + 1;
}
