namespace Nin.Ops;

/// <summary>The same product from transposed panels.</summary>
sealed class PointwiseBackwardDataPortable(AcceleratorDevice device) : IPointwiseBackwardData
{
    readonly WeightPanels panels = new(device);
    readonly WindowProduct product = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        var conv = sizes.AsConv2d;
        var layout = PanelLayout.Backward(conv);
        var panel = panels.Of(stream, typeof(PointwiseBackwardDataPortable), layout, w, stream.Scratch(WeightPanels.ScratchLength(layout, w)));
        product.Run(stream, WindowMap.Backward(conv), n, dy, panel, bias: default, relu: false, dx, accumulate);
    }
}
