namespace Nin.Ops;

/// <summary>The convolution's register tiles, with one tap.</summary>
sealed class PointwiseForwardPortable(AcceleratorDevice device) : IPointwiseForward
{
    readonly WeightPanels panels = new(device);
    readonly WindowProduct product = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        var conv = sizes.AsConv2d;
        var layout = PanelLayout.Forward(conv);
        var panel = panels.Of(stream, typeof(PointwiseForwardPortable), layout, w, stream.Scratch(WeightPanels.ScratchLength(layout, w)));
        product.Run(stream, WindowMap.Forward(conv), n, x, panel, bias, relu, y, accumulate: false);
    }
}
