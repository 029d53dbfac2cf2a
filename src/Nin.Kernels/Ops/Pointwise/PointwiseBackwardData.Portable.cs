namespace Nin.Ops;

/// <summary>The same product from transposed panels.</summary>
sealed class PointwiseBackwardDataPortable(IWindowProduct product) : IPointwiseBackwardData
{
    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        var conv = sizes.AsConv2d;
        var layout = PanelLayout.Backward(conv);
        var scratch = stream.Scratch(product.ScratchLength(layout, w));
        product.Run(stream, typeof(PointwiseBackwardDataPortable), WindowMap.Backward(conv), layout, n, dy, w, scratch, bias: default, relu: false, dx, accumulate ? StoreMode.Add : StoreMode.Overwrite);
    }
}
