namespace Nin.Ops;

/// <summary>The convolution's register tiles, with one tap.</summary>
sealed class PointwiseForwardPortable(IWindowProduct product) : IPointwiseForward
{
    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        var conv = sizes.AsConv2d;
        var layout = PanelLayout.Forward(conv);
        var scratch = stream.Scratch(product.ScratchLength(layout, w));
        product.Run(stream, typeof(PointwiseForwardPortable), WindowMap.Forward(conv), layout, n, x, w, scratch, bias, relu, y, StoreMode.Overwrite);
    }
}
