namespace Nin.Ops;

/// <summary>
/// The implicit GEMM of the forward direction; a residual and the ReLU after it are one more launch, and so are any other activation and the normalisation of
/// the input.
/// </summary>
sealed class Conv2dForwardPortable(AcceleratorDevice device, IImplicitGemm gemm, AddPortable add, ActivationForwardPortable forward) : IConv2dForward
{
    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y, DeviceView residual,
        in NormalizedInput input)
    {
        if (!input.IsNone) x = device.Kernels.Get<IBatchNorm2dForwardTraining>().Apply(stream, n, x, input);
        var problem = GemmProblem.Fprop(sizes);
        var scratch = stream.Scratch(gemm.ScratchLength(problem, w));
        bool adds = !residual.IsNone && residual.IsAt(y);
        gemm.Run(
            stream, typeof(Conv2dForwardPortable), problem, n, x, w, scratch, bias, relu && residual.IsNone, y, adds ? StoreMode.Add : StoreMode.Overwrite);
        if (residual.IsNone || adds) return;

        long length = n * sizes.OutputLength;
        add.Run(stream, y.Slice(0, length), residual.Slice(0, length), y.Slice(0, length), relu);
    }

    public void Run<TActivation>(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, TActivation activation, DeviceView sums,
        DeviceView y)
        where TActivation : unmanaged, IActivation
    {
        DeviceView target = sums.IsNone ? y : sums;
        Run(stream, sizes, n, x, w, bias, relu: false, target, residual: default, input: default);
        long length = n * sizes.OutputLength;
        forward.Run(stream, activation, target.Slice(0, length), y.Slice(0, length));
    }
}

/// <summary>The same product with transposed weights: each input pixel gathers from the outputs that read it.</summary>
sealed class Conv2dBackwardDataPortable(IImplicitGemm gemm) : IConv2dBackwardData
{
    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate, DeviceView bias)
    {
        var problem = GemmProblem.Dgrad(sizes);
        var scratch = stream.Scratch(gemm.ScratchLength(problem, w));
        gemm.Run(
            stream, typeof(Conv2dBackwardDataPortable), problem, n, dy, w, scratch, bias, relu: false, dx,
            accumulate ? StoreMode.Add : StoreMode.Overwrite);
    }
}

/// <summary>Sums of leaves in scratch, <c>[leaves, weights + filters]</c>, and their tree; in rounds where all of them would take too much.</summary>
/// <param name="device">Where.</param>
/// <param name="gradient">Sums the leaves.</param>
/// <param name="mostScratch">Elements of scratch that the leaves of a round may take, where one leaf does not take more.</param>
sealed class Conv2dBackwardWeightsPortable(AcceleratorDevice device, IWeightGradient gradient, long mostScratch = 1 << 24) : IConv2dBackwardWeights
{
    readonly TreeSum tree = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate,
        in NormalizedInput input = default)
    {
        if (!input.IsNone) x = device.Kernels.Get<IBatchNorm2dForwardTraining>().Apply(stream, n, x, input);
        var geometry = ConvolutionGeometry.Fprop(sizes);
        long stride = dw.Length + dbias.Length;
        var rounds = new LeafRounds(gradient.Tree(geometry), n, mostScratch / stride);
        var partials = stream.Scratch(rounds.Slots * stride);
        int used = 0;
        for (int round = 0; round < rounds.Count; round++)
        {
            var leaves = rounds.Leaves(round);
            var sums = partials.Slice(used * stride, leaves.Count * stride);
            gradient.Run(stream, geometry, leaves, x, dy, sumsBias: !dbias.IsNone, sums, stride);
            if (rounds.Count == 1)
            {
                tree.Run(stream, leaves.Count, sums, stride, dw, dbias, accumulate);
                return;
            }

            // The round is a subtree; earlier ones that are as large, and complete with it, become larger ones.
            tree.Fold(stream, leaves.Count, sums, stride, stride, most: 1);
            used++;
            for (int i = rounds.Merges(round); i > 0; i--)
            {
                used--;
                tree.Fold(stream, 2, partials.Slice((used - 1) * stride, 2 * stride), stride, stride, most: 1);
            }
        }

        tree.Run(stream, 1, partials, stride, dw, dbias, accumulate);
    }
}
