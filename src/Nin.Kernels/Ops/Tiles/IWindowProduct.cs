namespace Nin.Ops;

/// <summary>
/// <c>y[pixel, column] = act(sum over taps and depth of x[source(pixel, tap), depth] w[tap, depth, column] + bias[column])</c>: convolution, its
/// transpose, and products of pixels. Each element is one sum in the order of taps and depth.
/// </summary>
interface IWindowProduct
{
    /// <summary>Elements of scratch that <see cref="Run"/> needs for weights in its own order.</summary>
    long ScratchLength(in PanelLayout layout, in Weights w);

    /// <param name="stream">Where it queues.</param>
    /// <param name="variant">The op that asks: weights in the product's order are kept under its name.</param>
    /// <param name="map">Sizes, and which pixels belong together.</param>
    /// <param name="layout">Where the weights' elements lie.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, source pixels, groups * depth]</c>.</param>
    /// <param name="w">Weights.</param>
    /// <param name="scratch">As long as <see cref="ScratchLength"/> says.</param>
    /// <param name="bias"><c>[groups * columns]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, groups * columns]</c>.</param>
    /// <param name="mode">What becomes of what stands in <paramref name="y"/>.</param>
    void Run(
        DeviceStream stream, Type variant, in WindowMap map, in PanelLayout layout, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias,
        bool relu, DeviceView y, StoreMode mode);
}
