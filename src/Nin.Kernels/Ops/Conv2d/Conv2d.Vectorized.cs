namespace Nin.Ops;

/// <summary>
/// Fprop: Winograd's method where that suits the shape, else an implicit GEMM, whose im2col rows are the pixels themselves for a 1x1 convolution
/// or a linear layer.
/// </summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y, DeviceView residual)
    {
        WorkerPool pool = device.Pool;
        var epilogue = TileEpilogue.Of(bias.Pointer, relu);
        if (WinogradSizes.Suits(sizes))
        {
            var transformed = new WinogradWeights(pool, sizes, IsTransposed: false);
            float* points = Prepacking.Get(stream, transformed, w, WinogradConvolution.WorkspaceLength(pool, sizes), out float* space);
            WinogradConvolution.Run(pool, sizes, n, x.Pointer, points, epilogue, accumulate: false, y.Pointer, space, residual.Pointer);
            return;
        }

        var weights = new GemmWeights(pool, sizes, IsTransposed: false);
        ConvolutionGeometry g = weights.Geometry;
        float* packed = Prepacking.Get(stream, weights, w, ImplicitGemm.WorkspaceLength(pool, g), out float* workspace);
        ImplicitGemm.Run(pool, g, n, x.Pointer, packed, epilogue, accumulate: false, y.Pointer, workspace, residual.Pointer);
    }
}

/// <summary>Dgrad, by the same choice: Winograd's method over the transposed convolution, else an implicit GEMM.</summary>
sealed unsafe class Conv2dBackwardDataVectorized(CpuDevice device) : IConv2dBackwardData
{
    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        WorkerPool pool = device.Pool;
        if (WinogradSizes.SuitsTransposed(sizes))
        {
            Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
            var transformed = new WinogradWeights(pool, sizes, IsTransposed: true);
            float* points = Prepacking.Get(stream, transformed, w, WinogradConvolution.WorkspaceLength(pool, transposed), out float* space);
            WinogradConvolution.Run(pool, transposed, n, dy.Pointer, points, TileEpilogue.None, accumulate, dx.Pointer, space);
            return;
        }

        var weights = new GemmWeights(pool, sizes, IsTransposed: true);
        ConvolutionGeometry g = weights.Geometry;
        float* packed = Prepacking.Get(stream, weights, w, ImplicitGemm.WorkspaceLength(pool, g), out float* workspace);
        ImplicitGemm.Run(pool, g, n, dy.Pointer, packed, TileEpilogue.None, accumulate, dx.Pointer, workspace);
    }
}

/// <summary>Wgrad: leaf by leaf, by Winograd's method where that suits the shape.</summary>
sealed unsafe class Conv2dBackwardWeightsVectorized(CpuDevice device) : IConv2dBackwardWeights
{
    readonly ChannelSumVectorized biasGradient = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        if (!WinogradSizes.SuitsWeights(sizes))
        {
            float* scratch = stream.Scratch(Wgrad.WorkspaceLength(device.Pool, sizes, n)).Pointer;
            Wgrad.Run(device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, dbias.Pointer, scratch);
            return;
        }

        // The sum of dy has scratch of its own, and is done before this op asks.
        if (!dbias.IsNone) biasGradient.Run(stream, sizes.OutHeight * sizes.OutWidth, sizes.Filters, n, dy, dbias, accumulate);
        float* workspace = stream.Scratch(WinogradWgrad.WorkspaceLength(device.Pool, sizes, n)).Pointer;
        WinogradWgrad.Run(device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, workspace);
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
