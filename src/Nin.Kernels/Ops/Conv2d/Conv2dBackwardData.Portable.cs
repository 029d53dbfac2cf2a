namespace Nin.Ops;

/// <summary>The same product as the forward pass, from transposed panels: each input pixel gathers from the outputs that read it.</summary>
sealed class Conv2dBackwardDataPortable(IWindowProduct product) : IConv2dBackwardData
{
    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        var layout = PanelLayout.Backward(sizes);
        var scratch = stream.Scratch(product.ScratchLength(layout, w));
        product.Run(
            stream, typeof(Conv2dBackwardDataPortable), WindowMap.Backward(sizes), layout, n, dy, w, scratch, bias: default, relu: false, dx,
            accumulate ? StoreMode.Add : StoreMode.Overwrite);
    }
}
