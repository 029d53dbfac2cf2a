using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// The sizes of a 2-D convolution over one example: input <c>[height, width, channels]</c>, weights
/// <c>[kernel, kernel, channels / groups, filters]</c>, output <c>[OutHeight, OutWidth, filters]</c>, channels last in memory.
/// </summary>
/// <param name="Channels">Input channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="Filters">Output channels.</param>
/// <param name="Kernel">Side of the square window.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns of zeros around the input.</param>
/// <param name="Dilation">Distance between the taps of a window.</param>
/// <param name="Groups">Groups of channels that see only each other; divides both channel counts.</param>
public readonly record struct Conv2dSizes(
    int Channels,
    int Height,
    int Width,
    int Filters,
    int Kernel = LayerDefaults.Kernel,
    int Stride = LayerDefaults.Stride,
    int Padding = LayerDefaults.Padding,
    int Dilation = LayerDefaults.Dilation,
    int Groups = LayerDefaults.Groups)
{
    /// <summary>Output rows.</summary>
    public int OutHeight => (int)WindowSize.Output(Height, Kernel, Stride, Padding, Dilation);

    /// <summary>Output columns.</summary>
    public int OutWidth => (int)WindowSize.Output(Width, Kernel, Stride, Padding, Dilation);

    /// <summary>Input channels that one filter reads.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Filters in one group.</summary>
    public int GroupFilters => Filters / Groups;

    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Height * Width * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)OutHeight * OutWidth * Filters;

    /// <summary>Elements of the weights.</summary>
    public long WeightLength => (long)Kernel * Kernel * GroupChannels * Filters;

    /// <summary>Multiply-adds of one example's forward pass, padding counted.</summary>
    public long Macs => OutputLength * Kernel * Kernel * GroupChannels;

    /// <summary>True where the convolution is a matrix product over pixels as they lie: 1x1, stride 1, no padding, one group.</summary>
    public bool IsPointwise => Kernel == 1 && Stride == 1 && Padding == 0 && Groups == 1;
}
