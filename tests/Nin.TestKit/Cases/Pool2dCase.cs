namespace Nin.TestKit;

/// <summary>A 2-D pooling of x <c>[Batch, Channels, Height, Width]</c>.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="Kernel">Rows of the window, and its columns unless <paramref name="Across"/> says otherwise; so with the next.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns around the input.</param>
/// <param name="Dilation">Distance between the taps; 1 for averages.</param>
/// <param name="Ceil">Whether a last window may hang over the far border (PyTorch's ceil_mode).</param>
/// <param name="CountIncludePad">Whether an average divides by the padded area.</param>
/// <param name="After">Rows (and columns) after the input, where they are not as many as before it.</param>
/// <param name="Across">The window from left to right, where it is not that from top to bottom.</param>
public sealed record Pool2dCase(
    int Batch,
    int Channels,
    int Height,
    int Width,
    int Kernel,
    int Stride = 1,
    int Padding = 0,
    int Dilation = 1,
    bool Ceil = false,
    bool CountIncludePad = true,
    int? After = null,
    Pool1dCase? Across = null)
{
    /// <summary>The window from top to bottom.</summary>
    public Pool1dCase Rows => new(Kernel, Stride, Padding, After ?? Padding, Dilation, Ceil);

    /// <summary>The window from left to right.</summary>
    public Pool1dCase Columns => Across ?? Rows;

    /// <summary>Output rows.</summary>
    public int OutHeight => Rows.Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => Columns.Output(Width);

    /// <summary>Taps of a window.</summary>
    public int Taps => Kernel * Columns.Kernel;

    /// <summary>Planes: images times channels.</summary>
    public int Planes => Batch * Channels;

    /// <summary>Elements of x.</summary>
    public int InputLength => Planes * Height * Width;

    /// <summary>Elements of y.</summary>
    public int OutputLength => Planes * OutHeight * OutWidth;

    /// <summary>Taps read, padding counted.</summary>
    public long Macs => (long)OutputLength * Taps;
}

/// <summary>How windows slide along one axis.</summary>
public sealed record Pool1dCase(int Kernel, int Stride = 1, int Before = 0, int After = 0, int Dilation = 1, bool Ceil = false)
{
    /// <summary>PyTorch, Pool.h, pooling_output_shape_pad_lr: the last window must start inside the image or its near padding.</summary>
    public int Output(int input)
    {
        int room = input + Before + After - (Dilation * (Kernel - 1) + 1) + (Ceil ? Stride - 1 : 0);
        int output = room / Stride + 1;
        return Ceil && (output - 1) * Stride >= input + Before ? output - 1 : output;
    }
}
