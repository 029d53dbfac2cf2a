namespace Nin.Ops;

/// <summary>Fprop, by the algorithm that <see cref="Conv2dChoice"/> names.</summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y, DeviceView residual,
        in NormalizedInput input) =>
        Run(stream, sizes, n, x, input, w, TileEpilogue.Of(bias.Pointer, relu), y, residual);

    public void Run<TActivation>(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, TActivation activation, DeviceView sums,
        DeviceView y)
        where TActivation : unmanaged, IActivation
    {
        DeviceView target = sums.IsNone ? y : sums;
        var epilogue = TileEpilogue.Of(bias.Pointer, &activation, device.Pool.Width, (nint)(y.Pointer - target.Pointer));
        Run(stream, sizes, n, x, input: default, w, epilogue, target, residual: default);
    }

    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in NormalizedInput input, in Weights w, in TileEpilogue epilogue, DeviceView y,
        DeviceView residual)
    {
        WorkerPool pool = device.Pool;
        var algorithm = Conv2dChoice.Forward(sizes);
        var whileRead = Normalizing.WhileRead(device, stream, algorithm, sizes, n, input, ref x);
        long scales = whileRead.ScalesLength;
        switch (algorithm)
        {
            case Conv2dAlgorithm.Depthwise:
                var geometry = ConvolutionGeometry.Fprop(sizes);
                float* scratch = stream.Scratch(DepthwiseConvolution.WorkspaceLength(pool, geometry, !whileRead.IsNone) + scales).Pointer;
                DepthwiseConvolution.Run(
                    pool, geometry, n, x.Pointer, w.Value.Pointer, epilogue, accumulate: false, y.Pointer, scratch + scales, residual.Pointer,
                    InputNormalization.Of(whileRead, scratch));
                break;

            case Conv2dAlgorithm.Winograd:
                var transformed = new WinogradWeights(pool, sizes, IsTransposed: false);
                if (w.Prepacked is null && WinogradLargeWeights.Suits(sizes, n))
                {
                    float* large = stream.Scratch(WinogradLargeWeights.WorkspaceLength(pool, sizes, n)).Pointer;
                    WinogradLargeWeights.Run(
                        pool, sizes, n, x.Pointer, transformed, w.Value.Pointer, epilogue, accumulate: false, y.Pointer, large, residual.Pointer);
                    break;
                }

                float* points = Prepacking.Get(stream, transformed, w, WinogradConvolution.WorkspaceLength(pool, sizes), out float* space);
                WinogradConvolution.Run(pool, sizes, n, x.Pointer, points, epilogue, accumulate: false, y.Pointer, space, residual.Pointer);
                break;

            case Conv2dAlgorithm.FewChannels:
                var few = new GemmWeights(pool, sizes, IsTransposed: false);
                long length = FewChannelsConvolution.WorkspaceLength(pool, few.Geometry);
                float* panels = Prepacking.Get(stream, few, w, length, out float* rows);
                FewChannelsConvolution.Run(pool, few.Geometry, n, x.Pointer, panels, epilogue, y.Pointer, rows, residual.Pointer);
                break;

            default:
                var weights = new GemmWeights(pool, sizes, IsTransposed: false);
                if (LinearProduct.Suits(weights, n))
                {
                    float* blocks = stream.Scratch(LinearProduct.WorkspaceLength(weights, n)).Pointer;
                    LinearProduct.Run(weights, n, x.Pointer, w.Value.Pointer, epilogue, accumulate: false, y.Pointer, blocks, residual.Pointer);
                    break;
                }

                ConvolutionGeometry g = weights.Geometry;
                float* packed = Prepacking.Get(stream, weights, w, ImplicitGemm.WorkspaceLength(pool, g) + scales, out float* workspace);
                ImplicitGemm.Run(
                    pool, g, n, x.Pointer, packed, epilogue, accumulate: false, y.Pointer, workspace + scales, residual.Pointer,
                    InputNormalization.Of(whileRead, workspace));
                break;
        }
    }
}

/// <summary>Dgrad, by the algorithm that <see cref="Conv2dChoice"/> names for the transposed convolution.</summary>
sealed unsafe class Conv2dBackwardDataVectorized(CpuDevice device) : IConv2dBackwardData
{
    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate, DeviceView bias)
    {
        WorkerPool pool = device.Pool;
        var epilogue = TileEpilogue.Of(bias.Pointer, relu: false);
        switch (Conv2dChoice.BackwardData(sizes))
        {
            case Conv2dAlgorithm.Depthwise:
                var geometry = ConvolutionGeometry.Dgrad(sizes);
                var exchanged = new DepthwiseWeights(sizes);
                long length = DepthwiseConvolution.WorkspaceLength(pool, geometry);
                float* lanes = w.Value.Pointer, scratch;
                if (exchanged.ArePlain) scratch = stream.Scratch(length).Pointer;
                else lanes = Prepacking.Get(stream, exchanged, w, length, out scratch);
                DepthwiseConvolution.Run(pool, geometry, n, dy.Pointer, lanes, epilogue, accumulate, dx.Pointer, scratch);
                break;

            case Conv2dAlgorithm.Winograd:
                Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
                var transformed = new WinogradWeights(pool, sizes, IsTransposed: true);
                if (w.Prepacked is null && WinogradLargeWeights.Suits(transposed, n))
                {
                    float* large = stream.Scratch(WinogradLargeWeights.WorkspaceLength(pool, transposed, n)).Pointer;
                    WinogradLargeWeights.Run(
                        pool, transposed, n, dy.Pointer, transformed, w.Value.Pointer, epilogue, accumulate, dx.Pointer, large);
                    break;
                }

                float* points = Prepacking.Get(stream, transformed, w, WinogradConvolution.WorkspaceLength(pool, transposed), out float* space);
                WinogradConvolution.Run(pool, transposed, n, dy.Pointer, points, epilogue, accumulate, dx.Pointer, space);
                break;

            default:
                var weights = new GemmWeights(pool, sizes, IsTransposed: true);
                if (LinearProduct.Suits(weights, n))
                {
                    float* blocks = stream.Scratch(LinearProduct.WorkspaceLength(weights, n)).Pointer;
                    LinearProduct.Run(weights, n, dy.Pointer, w.Value.Pointer, epilogue, accumulate, dx.Pointer, blocks);
                    break;
                }

                ConvolutionGeometry g = weights.Geometry;
                float* packed = Prepacking.Get(stream, weights, w, ImplicitGemm.WorkspaceLength(pool, g), out float* workspace);
                ImplicitGemm.Run(pool, g, n, dy.Pointer, packed, epilogue, accumulate, dx.Pointer, workspace);
                break;
        }
    }
}

/// <summary>Wgrad, leaf by leaf, by the algorithm that <see cref="Conv2dChoice"/> names.</summary>
sealed unsafe class Conv2dBackwardWeightsVectorized(CpuDevice device) : IConv2dBackwardWeights
{
    readonly ChannelSumVectorized biasGradient = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate,
        in NormalizedInput input)
    {
        WorkerPool pool = device.Pool;
        var algorithm = Conv2dChoice.BackwardWeights(sizes);
        var whileRead = Normalizing.WhileRead(device, stream, algorithm, sizes, n, input, ref x);
        long scales = whileRead.ScalesLength;
        if (algorithm == Conv2dAlgorithm.ImplicitGemm)
        {
            float* scratch = stream.Scratch(Wgrad.WorkspaceLength(pool, sizes, n) + scales).Pointer;
            Wgrad.Run(
                pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, dbias.Pointer, scratch + scales,
                InputNormalization.Of(whileRead, scratch));
            return;
        }

        // The sum of dy has its own scratch, and is done before this op takes any.
        if (!dbias.IsNone) biasGradient.Run(stream, sizes.OutHeight * sizes.OutWidth, sizes.Filters, n, dy, dbias, accumulate);
        if (algorithm == Conv2dAlgorithm.Depthwise)
        {
            float* space = stream.Scratch(DepthwiseWgrad.WorkspaceLength(pool, sizes, n, !whileRead.IsNone) + scales).Pointer;
            DepthwiseWgrad.Run(
                pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, space + scales, InputNormalization.Of(whileRead, space));
            return;
        }

        float* workspace = stream.Scratch(WinogradWgrad.WorkspaceLength(pool, sizes, n)).Pointer;
        WinogradWgrad.Run(pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, workspace);
    }
}

/// <summary>The normalisation of an input, before a convolution or in it.</summary>
static class Normalizing
{
    /// <summary>
    /// What is left to do to the input while it is read: all of it where the algorithm can; else none, and <paramref name="x"/> is the result.
    /// </summary>
    public static NormalizedInput WhileRead(
        CpuDevice device, DeviceStream stream, Conv2dAlgorithm algorithm, in Conv2dSizes sizes, int n, in NormalizedInput input, ref DeviceView x)
    {
        if (input.IsNone || Conv2dChoice.Normalizes(algorithm, sizes)) return input;
        x = device.Kernels.Get<IBatchNorm2dForwardTraining>().Apply(stream, n, x, input);
        return default;
    }
}

/// <summary>Weights in the order that one algorithm multiplies by in one direction.</summary>
unsafe interface IPackedWeights
{
    /// <summary>The key of this order, among the copies of a parameter.</summary>
    PackingKey Key { get; }

    /// <summary>Floats of the packed form.</summary>
    long Length { get; }

    /// <summary>Packs.</summary>
    void Pack(float* w, float* packed);
}

/// <summary>Packed weights: kept with the parameter, or packed in scratch each time where they are not kept.</summary>
static unsafe class Prepacking
{
    /// <summary>Floats of scratch that <see cref="Get{TPacked}(in TPacked, in Weights, float*)"/> needs.</summary>
    public static long ScratchLength<TPacked>(in TPacked packed, in Weights weights)
        where TPacked : struct, IPackedWeights =>
        weights.Prepacked is null ? packed.Length : 0;

    /// <summary>The packed weights.</summary>
    /// <param name="packed">The order.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> floats.</param>
    public static float* Get<TPacked>(in TPacked packed, in Weights weights, float* scratch)
        where TPacked : struct, IPackedWeights
    {
        if (weights.Prepacked is { } prepacked)
        {
            return prepacked.Get(
                stream: null, packed.Key, weights, packed.Length, packed, static (w, copy, in state) => state.Pack(w.Pointer, copy.Pointer)).Pointer;
        }

        packed.Pack(weights.Value.Pointer, scratch);
        return scratch;
    }

    /// <summary>The packed weights of an op that has one parameter, and its workspace after them.</summary>
    /// <param name="stream">Gives the scratch.</param>
    /// <param name="packed">The order.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="workspaceLength">Floats of the workspace.</param>
    /// <param name="workspace">The workspace.</param>
    public static float* Get<TPacked>(DeviceStream stream, in TPacked packed, in Weights weights, long workspaceLength, out float* workspace)
        where TPacked : struct, IPackedWeights
    {
        long length = ScratchLength(packed, weights);
        float* scratch = stream.Scratch(length + workspaceLength).Pointer;
        workspace = scratch + length;
        return Get(packed, weights, scratch);
    }
}
