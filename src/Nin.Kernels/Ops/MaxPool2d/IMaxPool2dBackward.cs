namespace Nin.Ops;

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
