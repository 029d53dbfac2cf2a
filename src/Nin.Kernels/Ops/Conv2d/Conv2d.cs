using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary><c>y = act(x * w + bias)</c>: the cross-correlation of a batch, with its bias and ReLU in the store.</summary>
interface IConv2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="w"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, filters]</c>, overwritten.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y);
}

/// <summary><c>dx = dy * wᵀ</c>: the transposed convolution. Pixels that no window read get zero.</summary>
interface IConv2dBackwardData : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="w"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate);
}

/// <summary>
/// <c>dw = xᵀ dy</c> over all pixels and <c>dbias = sum of dy</c>. Slices of <see cref="Slices.Examples"/> examples are summed one by one
/// and combined as a tree, so that the bits depend neither on threads nor on where a batch is split.
/// </summary>
interface IConv2dBackwardWeights : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="dw"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="dbias"><c>[filters]</c>, or none.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dw"/> and <paramref name="dbias"/>.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate);
}

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
