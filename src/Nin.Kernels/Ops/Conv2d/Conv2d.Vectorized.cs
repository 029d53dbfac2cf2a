namespace Nin.Ops;

/// <summary>An implicit matrix product over windows, by Winograd's method where that suits the shape; weights packed once a version.</summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionForward.PackWeights;
    static readonly ConvolutionPanels.Pack PackPoints = WinogradConvolution.PackWeights;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        WorkerPool pool = device.Pool;
        if (WinogradSizes.Suits(sizes))
        {
            float* points = ConvolutionPanels.WithWorkspace(
                stream, typeof(Conv2dForwardVectorized), pool, sizes, w, WinogradConvolution.PackedLength(pool, sizes), PackPoints,
                WinogradConvolution.WorkspaceLength(pool, sizes), out float* space);
            WinogradConvolution.Run(pool, sizes, n, x.Pointer, points, bias.Pointer, relu, accumulate: false, y.Pointer, space);
            return;
        }

        float* packed = ConvolutionPanels.WithWorkspace(
            stream, typeof(Conv2dForwardVectorized), pool, sizes, w, ConvolutionForward.PackedLength(pool, sizes), Pack,
            ConvolutionForward.WorkspaceLength(pool, sizes), out float* workspace);
        ConvolutionForward.Run(pool, sizes, n, x.Pointer, packed, bias.Pointer, relu, y.Pointer, workspace);
    }
}

/// <summary>
/// An implicit matrix product over windows of the gradient, by Winograd's method where that suits the shape; weights packed once a version.
/// </summary>
sealed unsafe class Conv2dBackwardDataVectorized(CpuDevice device) : IConv2dBackwardData
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionBackwardData.PackWeights;
    static readonly ConvolutionPanels.Pack PackPoints = WinogradConvolution.PackTransposed;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        WorkerPool pool = device.Pool;
        if (WinogradSizes.SuitsTransposed(sizes))
        {
            Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
            float* points = ConvolutionPanels.WithWorkspace(
                stream, typeof(Conv2dBackwardDataVectorized), pool, sizes, w, WinogradConvolution.PackedLength(pool, transposed), PackPoints,
                WinogradConvolution.WorkspaceLength(pool, transposed), out float* space);
            WinogradConvolution.Run(pool, transposed, n, dy.Pointer, points, bias: null, relu: false, accumulate, dx.Pointer, space);
            return;
        }

        float* packed = ConvolutionPanels.WithWorkspace(
            stream, typeof(Conv2dBackwardDataVectorized), pool, sizes, w, ConvolutionBackwardData.PackedLength(pool, sizes), Pack,
            ConvolutionBackwardData.WorkspaceLength(pool, sizes), out float* workspace);
        ConvolutionBackwardData.Run(pool, sizes, n, dy.Pointer, packed, accumulate, dx.Pointer, workspace);
    }
}

/// <summary>A matrix product over pixels, slice by slice, by Winograd's method where that suits the shape.</summary>
sealed unsafe class Conv2dBackwardWeightsVectorized(CpuDevice device) : IConv2dBackwardWeights
{
    readonly ChannelSumVectorized biasGradient = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        if (!WinogradSizes.SuitsWeights(sizes))
        {
            float* scratch = stream.Scratch(ConvolutionBackwardWeights.WorkspaceLength(device.Pool, sizes, n)).Pointer;
            ConvolutionBackwardWeights.Run(
                device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, dbias.Pointer, scratch);
            return;
        }

        // The sum of dy has scratch of its own, and is done before this op asks.
        if (!dbias.IsNone) biasGradient.Run(stream, sizes.OutHeight * sizes.OutWidth, sizes.Filters, n, dy, dbias, accumulate);
        float* workspace = stream.Scratch(WinogradBackwardWeights.WorkspaceLength(device.Pool, sizes, n)).Pointer;
        WinogradBackwardWeights.Run(device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, workspace);
    }
}

/// <summary>Weights packed for a matrix product: kept with the parameter, or made anew in scratch where nobody keeps them.</summary>
static unsafe class ConvolutionPanels
{
    /// <summary>Packs the weights of a convolution.</summary>
    public delegate void Pack(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed);

    /// <summary>Floats of scratch that <see cref="Get"/> needs in front of the op's own.</summary>
    public static long ScratchLength(in Weights weights, long length) => weights.Derived is null ? length : 0;

    /// <summary>The packed weights.</summary>
    /// <param name="variant">Whose packing it is.</param>
    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="length">Floats of the packed form.</param>
    /// <param name="pack">Packs; a static method kept in a field, so that a call allocates nothing.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> floats.</param>
    public static float* Get(
        Type variant, WorkerPool pool, in Conv2dSizes sizes, in Weights weights, long length, Pack pack, float* scratch)
    {
        if (weights.Derived is { } derived)
            return derived.Get(stream: null, variant, weights, length, new State(pool, sizes, pack), Derive).Pointer;
        pack(pool, sizes, weights.Value.Pointer, scratch);
        return scratch;
    }

    /// <summary>The packed weights of an op that has one parameter, and its workspace behind them.</summary>
    /// <param name="stream">Gives the scratch.</param>
    /// <param name="variant">Whose packing it is.</param>
    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution.</param>
    /// <param name="weights">What is packed.</param>
    /// <param name="length">Floats of the packed form.</param>
    /// <param name="pack">Packs.</param>
    /// <param name="workspaceLength">Floats of the workspace.</param>
    /// <param name="workspace">The workspace.</param>
    public static float* WithWorkspace(
        DeviceStream stream, Type variant, WorkerPool pool, in Conv2dSizes sizes, in Weights weights, long length, Pack pack,
        long workspaceLength, out float* workspace)
    {
        long panels = ScratchLength(weights, length);
        float* scratch = stream.Scratch(panels + workspaceLength).Pointer;
        workspace = scratch + panels;
        return Get(variant, pool, sizes, weights, length, pack, scratch);
    }

    static readonly Derivation<State> Derive =
        static (w, copy, in state) => state.Pack(state.Pool, state.Sizes, w.Pointer, copy.Pointer);

    readonly record struct State(WorkerPool Pool, Conv2dSizes Sizes, Pack Pack);
}
