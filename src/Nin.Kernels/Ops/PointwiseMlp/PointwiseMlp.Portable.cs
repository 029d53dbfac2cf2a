namespace Nin.Ops;

/// <summary>
/// Two products one after the other, the hidden activations in memory between them. A kernel that kept them in shared memory had room for 64 pixels at
/// most, read all weights again for so few, and was estimated to take more than twice as long; see bench/gpu/estimate.
/// </summary>
sealed class PointwiseMlpForwardPortable(IImplicitGemm gemm) : IPointwiseMlpForward
{
    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h,
        DeviceView y)
    {
        GemmProblem first = GemmProblem.Fprop(sizes.First), second = GemmProblem.Fprop(sizes.Second);
        // Both products' packed weights in turn; after them the hidden activations, where nothing else needs them.
        long weightLength = Math.Max(gemm.ScratchLength(first, weights.First), gemm.ScratchLength(second, weights.Second));
        long hiddenLength = h.IsNone ? (long)n * sizes.Pixels * sizes.Hidden : 0;
        var scratch = stream.Scratch(weightLength + hiddenLength);
        var hidden = h.IsNone ? scratch.Slice(weightLength, hiddenLength) : h;
        gemm.Run(
            stream, typeof(PointwiseMlpForwardPortable), first, n, x, weights.First, scratch, weights.FirstBias, relu: true, hidden,
            StoreMode.Overwrite);
        gemm.Run(
            stream, typeof(PointwiseMlpForwardPortable), second, n, hidden, weights.Second, scratch, weights.SecondBias, lastRelu, y,
            StoreMode.Overwrite);
    }
}

/// <summary>
/// The layers' gradients one after the other. The second layer's weights come first, because they read <c>h</c>; then the hidden layer's gradient
/// takes its place; then the first layer's weights and the input.
/// </summary>
sealed class PointwiseMlpBackwardPortable(AcceleratorDevice device, IImplicitGemm gemm, IWeightGradient gradient) : IPointwiseMlpBackward
{
    readonly Conv2dBackwardWeightsPortable weightGradient = new(device, gradient);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        Conv2dSizes first = sizes.First, second = sizes.Second;
        if (lastRelu)
        {
            long length = n * second.OutputLength;
            var masked = dy.Slice(0, length);
            device.Kernels.Get<IActivationBackward>().Run(stream, default(Relu), y.Slice(0, length), masked, masked, accumulate: false);
        }

        weightGradient.Run(stream, second, n, h, dy, gradients.Second, gradients.SecondBias, accumulateWeights);
        DataGradient(stream, second, n, dy, weights.Second, h, StoreMode.WherePositive);
        weightGradient.Run(stream, first, n, x, h, gradients.First, gradients.FirstBias, accumulateWeights);
        if (!dx.IsNone) DataGradient(stream, first, n, h, weights.First, dx, accumulateData ? StoreMode.Add : StoreMode.Overwrite);
    }

    void DataGradient(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, StoreMode mode)
    {
        var problem = GemmProblem.Dgrad(sizes);
        var scratch = stream.Scratch(gemm.ScratchLength(problem, w));
        gemm.Run(stream, typeof(PointwiseMlpBackwardPortable), problem, n, dy, w, scratch, bias: default, relu: false, dx, mode);
    }
}
