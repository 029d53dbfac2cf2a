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

/// <summary>Sums of slices in scratch, <c>[slices, weights + filters]</c>, then their tree.</summary>
sealed class Conv2dBackwardWeightsPortable(AcceleratorDevice device, IWindowGradient gradient) : IConv2dBackwardWeights
{
    readonly SliceTreeKernel tree = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        int slices = Slices.Count(n);
        long stride = dw.Length + dbias.Length;
        var partials = stream.Scratch(slices * stride);
        gradient.Run(stream, sizes, n, x, dy, sumsBias: !dbias.IsNone, partials, stride);
        tree.Run(stream, slices, partials, stride, dw, dbias, accumulate);
    }
}
