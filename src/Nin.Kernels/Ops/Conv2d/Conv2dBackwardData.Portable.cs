namespace Nin.Ops;

/// <summary>The same product as the forward pass, from transposed panels: each input pixel gathers from the outputs that read it.</summary>
sealed class Conv2dBackwardDataPortable(AcceleratorDevice device) : IConv2dBackwardData
{
    readonly WeightPanels panels = new(device);
    readonly WindowProduct product = new(device);

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        var layout = PanelLayout.Backward(sizes);
        var panel = panels.Of(stream, typeof(Conv2dBackwardDataPortable), layout, w, stream.Scratch(WeightPanels.ScratchLength(layout, w)));
        product.Run(stream, WindowMap.Backward(sizes), n, dy, panel, bias: default, relu: false, dx, accumulate);
    }
}
