namespace Nin.Ops;

/// <summary>
/// The second layer's weights first, because they read <c>h</c>; then the data path, which leaves the hidden layer's gradient in its place;
/// then the first layer's weights; then the trees of all four over scratch <c>[slices, w1 + b1 + w2 + b2]</c>.
/// </summary>
sealed class PointwiseMlpBackwardPortable(AcceleratorDevice device, IWindowGradient gradient) : IPointwiseMlpBackward
{
    readonly PointwiseMlpBackwardData data = new(device);
    readonly SliceTreeKernel tree = new(device);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        int slices = Slices.Count(n);
        long first = gradients.First.Length + gradients.FirstBias.Length;
        long stride = first + gradients.Second.Length + gradients.SecondBias.Length;
        // Panels come first: they are whole blocks of eight, and must start on one.
        long panelLength = PointwiseMlpBackwardData.ScratchLength(sizes, weights);
        var scratch = stream.Scratch(panelLength + slices * stride);
        var partials = scratch.Slice(panelLength, slices * stride);
        var secondPartials = partials.Slice(first, partials.Length - first);

        var mask = lastRelu ? y : default;
        gradient.Run(stream, sizes.Second.AsConv2d, n, h, dy, mask, sumsBias: !gradients.SecondBias.IsNone, secondPartials, stride);
        data.Run(stream, scratch.Slice(0, panelLength), sizes, n, h, y, lastRelu, weights, dy, dx, accumulateData);
        gradient.Run(stream, sizes.First.AsConv2d, n, x, h, mask: default, sumsBias: !gradients.FirstBias.IsNone, partials, stride);

        tree.Run(stream, slices, partials, stride, gradients.First, gradients.FirstBias, accumulateWeights);
        tree.Run(stream, slices, secondPartials, stride, gradients.Second, gradients.SecondBias, accumulateWeights);
    }
}
