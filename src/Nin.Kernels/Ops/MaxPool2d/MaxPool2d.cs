using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>The largest element of each window; padding is never picked and NaN wins.</summary>
interface IMaxPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y);
}

/// <summary>The maximum of each window, and which of its elements that is: a byte each, so that the gradient does not need the input.</summary>
interface IMaxPool2dForwardPicks : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example; a window has at most <see cref="PoolPick.Positive"/> taps.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten: as <see cref="IMaxPool2dForward"/> gives it.</param>
    /// <param name="picks">
    /// As many bytes as <paramref name="y"/> has elements, overwritten: <see cref="PoolPick.Tap"/>, plus <see cref="PoolPick.Positive"/> where
    /// the picked element is above 0.
    /// </param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView picks);
}

/// <summary>
/// Gives each output's gradient to the element that was picked: the first of equal maxima in row, then column order, the last NaN.
/// It is looked for again in <c>x</c>: for windows of more taps than <see cref="IMaxPool2dForwardPicks"/> remembers.
/// </summary>
interface IMaxPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>Gives each output's gradient to the element that <see cref="IMaxPool2dForwardPicks"/> picked.</summary>
interface IMaxPool2dBackwardPicks : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="picks">As the forward pass left them.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="mask">
    /// Leaves out elements that are not above 0: what the gradient of a ReLU in front of the pooling does. All windows that pick an element
    /// agree on its sign, so that the sums are those of <paramref name="dx"/> masked afterwards.
    /// </param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView picks, DeviceView dy, DeviceView dx, bool mask, bool accumulate);
}

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

/// <summary>The element that a window picks: the first of equal maxima in row, then column order, or the last NaN.</summary>
/// <param name="At">Its index in the input.</param>
/// <param name="Tap">Its number among the taps of the window that lie inside the input, in row, then column order.</param>
readonly record struct PoolPick(long At, int Tap)
{
    /// <summary>Added to the tap in the byte that remembers a pick where the picked element is above 0.</summary>
    public const int Positive = StepMemory.MostPickedTaps;
}
