using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>The sizes of a pooling over one example, channels last in memory.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="Kernel">Side of the square window.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns around the input, at most half the effective window.</param>
/// <param name="Dilation">Distance between the taps of a window; average pooling has none.</param>
public readonly record struct PoolSizes(
    int Channels, int Height, int Width, int Kernel, int Stride, int Padding = LayerDefaults.Padding, int Dilation = LayerDefaults.Dilation)
{
    /// <summary>Output rows.</summary>
    public int OutHeight => (int)WindowSize.Output(Height, Kernel, Stride, Padding, Dilation);

    /// <summary>Output columns.</summary>
    public int OutWidth => (int)WindowSize.Output(Width, Kernel, Stride, Padding, Dilation);

    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Height * Width * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)OutHeight * OutWidth * Channels;
}
