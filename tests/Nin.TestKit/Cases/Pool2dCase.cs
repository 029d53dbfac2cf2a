namespace Nin.TestKit;

/// <summary>A 2-D pooling of x <c>[Batch, Channels, Height, Width]</c>.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns around the input.</param>
/// <param name="Dilation">Distance between the taps; 1 for averages.</param>
/// <param name="Ceil">Whether a last window may hang over the far border (PyTorch's ceil_mode).</param>
/// <param name="CountIncludePad">Whether an average divides by the padded area.</param>
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
    bool CountIncludePad = true)
{
    /// <summary>Output rows.</summary>
    public int OutHeight => Output(Height);

    /// <summary>Output columns.</summary>
    public int OutWidth => Output(Width);

    /// <summary>Planes: images times channels.</summary>
    public int Planes => Batch * Channels;

    /// <summary>Elements of x.</summary>
    public int InputLength => Planes * Height * Width;

    /// <summary>Elements of y.</summary>
    public int OutputLength => Planes * OutHeight * OutWidth;

    /// <summary>Taps read, padding counted.</summary>
    public long Macs => (long)OutputLength * Kernel * Kernel;

    // PyTorch, Pool.h, pooling_output_shape_pad_lr: the last window must start inside the image or its near padding.
    int Output(int input)
    {
        int room = input + 2 * Padding - (Dilation * (Kernel - 1) + 1) + (Ceil ? Stride - 1 : 0);
        int output = room / Stride + 1;
        return Ceil && (output - 1) * Stride >= input + Padding ? output - 1 : output;
    }
}
