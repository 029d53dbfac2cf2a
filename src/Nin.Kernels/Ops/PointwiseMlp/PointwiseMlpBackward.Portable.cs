namespace Nin.Ops;

/// <summary>
/// The layers' gradients one after the other. The second layer's weights come first, because they read <c>h</c>; then the hidden layer's gradient
/// takes its place; then the first layer's weights and the input.
/// </summary>
sealed class PointwiseMlpBackwardPortable(AcceleratorDevice device, IWindowProduct product, IWindowGradient gradient) : IPointwiseMlpBackward
{
    readonly Conv2dBackwardWeightsPortable weightGradient = new(device, gradient);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        if (lastRelu)
        {
            long length = n * sizes.Second.OutputLength;
            var masked = dy.Slice(0, length);
            device.Kernels.Get<IReluBackward>().Run(stream, slope: 0, y.Slice(0, length), masked, masked, accumulate: false);
        }

        weightGradient.Run(stream, sizes.Second.AsConv2d, n, h, dy, gradients.Second, gradients.SecondBias, accumulateWeights);
        Propagate(stream, sizes.Second, n, dy, weights.Second, h, StoreMode.WherePositive);
        weightGradient.Run(stream, sizes.First.AsConv2d, n, x, h, gradients.First, gradients.FirstBias, accumulateWeights);
        if (!dx.IsNone) Propagate(stream, sizes.First, n, h, weights.First, dx, accumulateData ? StoreMode.Add : StoreMode.Overwrite);
    }

    void Propagate(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, StoreMode mode)
    {
        var conv = sizes.AsConv2d;
        var layout = PanelLayout.Backward(conv);
        var scratch = stream.Scratch(product.ScratchLength(layout, w));
        product.Run(
            stream, typeof(PointwiseMlpBackwardPortable), WindowMap.Backward(conv), layout, n, dy, w, scratch, bias: default, relu: false, dx, mode);
    }
}
