namespace Nin.Ops;

/// <summary>A register tile of pixels by filters a thread, from weight panels.</summary>
sealed class Conv2dForwardPortable(IWindowProduct product) : IConv2dForward
{
    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        var layout = PanelLayout.Forward(sizes);
        var scratch = stream.Scratch(product.ScratchLength(layout, w));
        product.Run(
            stream, typeof(Conv2dForwardPortable), WindowMap.Forward(sizes), layout, n, x, w, scratch, bias, relu, y, StoreMode.Overwrite);
    }
}
