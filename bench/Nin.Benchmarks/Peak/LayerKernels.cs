using Nin.Ops;

namespace Nin.Benchmarks.Peak;

/// <summary>The convolutions of a network as kernels over memory of their own, each in its three directions.</summary>
sealed class LayerKernels(Device device, int batch) : IDisposable
{
    readonly List<DeviceBuffer> buffers = [];
    readonly DeviceStream stream = device.CreateStream();
    readonly Random random = new(1);

    /// <summary>Those of a network, in its order; the data gradient of the first layer, which training has no use for, too.</summary>
    public IEnumerable<LayerKernel> Of(Architecture architecture)
    {
        var input = architecture.Input;
        foreach (var layer in architecture.Layers)
        {
            if (layer.Kind == "NinBlock")
            {
                foreach (var kernel in OfBlock(layer, input)) yield return kernel;
                Free();
            }

            input = layer.Output;
        }
    }

    /// <summary>The kernels of a k x k convolution; their memory lives until this object's end.</summary>
    public IReadOnlyList<LayerKernel> Of(string name, Conv2dSizes sizes)
    {
        DeviceView x = Noise(batch * sizes.InputLength), y = Noise(batch * sizes.OutputLength), dy = Noise(batch * sizes.OutputLength);
        DeviceView dx = Noise(batch * sizes.InputLength), w = Noise(sizes.WeightLength), dw = Noise(sizes.WeightLength);
        DeviceView bias = Noise(sizes.Filters), dbias = Noise(sizes.Filters);
        // Panels that were packed for a version of the weights are kept, as in a network; training packs them again in each step.
        var forward = new Weights(w, Version: 0, new PrepackedWeights());
        var kernels = device.Kernels;
        return Three(
            name, batch * sizes.Macs,
            () => kernels.Get<IConv2dForward>().Run(stream, sizes, batch, x, forward, bias, relu: true, y),
            () => kernels.Get<IConv2dBackwardData>().Run(stream, sizes, batch, dy, forward, dx, accumulate: false),
            () => kernels.Get<IConv2dBackwardWeights>().Run(stream, sizes, batch, x, dy, dw, dbias, accumulate: false));
    }

    public void Dispose()
    {
        Free();
        stream.Dispose();
    }

    IEnumerable<LayerKernel> OfBlock(LayerInfo layer, Shape input)
    {
        int Argument(string name) => (int)layer.Arguments.Single(a => a.Name == name).Value;
        var sizes = new Conv2dSizes(
            input.Channels, input.Height, input.Width, Argument("Filters"), Argument("Kernel"), Argument("Stride"), Argument("Padding"));
        foreach (var kernel in Of($"{layer.Name}, {sizes.Window.Rows.Kernel}x{sizes.Window.Columns.Kernel} {sizes.Channels}-{sizes.Filters}", sizes)) yield return kernel;
        Free();
        var mlp = new PointwiseMlpSizes(layer.Output.Height, layer.Output.Width, sizes.Filters, Argument("Pointwise1"), Argument("Pointwise2"));
        foreach (var one in new[] { mlp.First, mlp.Second })
        {
            foreach (var kernel in Of($"{layer.Name}, 1x1 {one.Channels}-{one.Filters}", one)) yield return kernel;
            Free();
        }

        foreach (var kernel in OfMlp($"{layer.Name}, both 1x1 as one", mlp)) yield return kernel;
    }

    // How the steps of training run them: forward, and all gradients as one call.
    LayerKernel[] OfMlp(string name, PointwiseMlpSizes sizes)
    {
        var (first, second) = (sizes.First, sizes.Second);
        DeviceView x = Noise(batch * first.InputLength), h = Noise(batch * first.OutputLength), y = Noise(batch * second.OutputLength);
        DeviceView dy = Noise(batch * second.OutputLength), dx = Noise(batch * first.InputLength);
        var weights = new PointwiseMlpWeights(
            new Weights(Noise(first.WeightLength), 0, new PrepackedWeights()), Noise(sizes.Hidden),
            new Weights(Noise(second.WeightLength), 0, new PrepackedWeights()), Noise(sizes.Filters));
        var gradients = new PointwiseMlpGradients(
            Noise(first.WeightLength), Noise(sizes.Hidden), Noise(second.WeightLength), Noise(sizes.Filters));
        long macs = batch * (first.Macs + second.Macs);
        var kernels = device.Kernels;
        return
        [
            new(name, "forward", macs, () => kernels.Get<IPointwiseMlpForward>().Run(stream, sizes, batch, x, weights, lastRelu: true, h, y)),
            new(name, "all gradients", 2 * macs, () => kernels.Get<IPointwiseMlpBackward>().Run(
                stream, sizes, batch, x, h, y, lastRelu: true, weights, dy, dx, gradients, accumulateData: false, accumulateWeights: false)),
        ];
    }

    static LayerKernel[] Three(string layer, long macs, Action forward, Action dataGradient, Action weightGradient) =>
    [
        new(layer, "forward", macs, forward), new(layer, "data gradient", macs, dataGradient), new(layer, "weight gradient", macs, weightGradient),
    ];

    DeviceView Noise(long length)
    {
        var values = new float[length];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        var buffer = device.Allocate(length);
        buffers.Add(buffer);
        buffer.View.CopyFrom(values);
        return buffer.View;
    }

    void Free()
    {
        foreach (var buffer in buffers) buffer.Dispose();
        buffers.Clear();
    }
}
