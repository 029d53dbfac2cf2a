using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>The largest element of each window; padding is never the maximum and NaN wins. A window without a tap in the input gives -infinity.</summary>
interface IMaxPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y);
}

/// <summary>The maximum of each window, and its argmax index, so that the gradient does not need the input.</summary>
interface IMaxPool2dForwardArgmax : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example; a window has at most <see cref="ArgmaxFormat.MostTaps"/> taps in the input.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten: as <see cref="IMaxPool2dForward"/> gives it.</param>
    /// <param name="argmax">As many indices as <paramref name="y"/> has elements, overwritten, in the window's <see cref="ArgmaxFormat"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView argmax);
}

/// <summary>Adds each output's gradient to the element that was its maximum: the first of equal ones in row, then column order, the last NaN.</summary>
interface IMaxPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="argmax">As <see cref="IMaxPool2dForwardArgmax"/> left it.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="mask">
    /// Leaves out elements that are not above 0: what the gradient of a ReLU before the pooling does. All windows whose maximum is one element
    /// agree on its sign, so that the sums are those of <paramref name="dx"/> masked afterwards.
    /// </param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView argmax, DeviceView dy, DeviceView dx, bool mask, bool accumulate);
}

/// <summary>
/// How an argmax index is stored: the number of the tap among those of its window inside the input, as the op's variant counts them, plus
/// <see cref="Positive"/> where the maximum is above 0. A byte, or in larger windows a float32, which is exact that far.
/// </summary>
/// <param name="IsByte">1 for bytes, 0 for float32.</param>
/// <param name="Positive">What is added where the maximum is above 0.</param>
readonly record struct ArgmaxFormat(int IsByte, int Positive)
{
    /// <summary>The most taps that can be distinguished.</summary>
    public const int MostTaps = StepMemory.MostTaps;

    public static ArgmaxFormat Of(in Window2d window) =>
        window.Taps <= StepMemory.MostByteTaps ? new(1, StepMemory.MostByteTaps) : new(0, MostTaps);
}
