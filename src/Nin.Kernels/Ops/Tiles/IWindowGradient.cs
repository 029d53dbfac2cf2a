namespace Nin.Ops;

/// <summary>
/// The gradient of a convolution's weights, per slice: <c>dw[tap, c, f] = sum over pixels of x[source(pixel, tap), c] dy[pixel, f]</c>, and of
/// its bias, the sum of dy. Each element is one sum in example, row and column order.
/// </summary>
interface IWindowGradient
{
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="sumsBias">Whether the bias's gradient is written behind the weights'.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first weight on.</param>
    /// <param name="stride">Elements from a slice to the next.</param>
    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials, long stride);
}
