namespace Nin.Ops;

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
