namespace Nin.Ops;

/// <summary>A register tile of pixels by filters a thread, from weight panels.</summary>
sealed class Conv2dForwardPortable(AcceleratorDevice device) : IConv2dForward
{
    readonly WeightPanels panels = new(device);
    readonly WindowProduct product = new(device);

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        var layout = PanelLayout.Forward(sizes);
        var panel = panels.Of(stream, typeof(Conv2dForwardPortable), layout, w, stream.Scratch(WeightPanels.ScratchLength(layout, w)));
        product.Run(stream, WindowMap.Forward(sizes), n, x, panel, bias, relu, y, accumulate: false);
    }
}
