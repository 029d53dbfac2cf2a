namespace Nin.Ops;

/// <summary><c>y = act(x w + bias)</c> over pixels as they lie.</summary>
interface IPointwiseForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="w"><c>[channels, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y);
}

/// <summary><c>dx = dy wᵀ</c>.</summary>
interface IPointwiseBackwardData : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>.</param>
    /// <param name="w"><c>[channels, filters]</c>.</param>
    /// <param name="dx"><c>[n, pixels, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate);
}

/// <summary><c>dw = xᵀ dy</c> and <c>dbias = sum of dy</c>, summed as <see cref="Slices"/> says.</summary>
interface IPointwiseBackwardWeights : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>.</param>
    /// <param name="dw"><c>[channels, filters]</c>.</param>
    /// <param name="dbias"><c>[filters]</c>, or none.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dw"/> and <paramref name="dbias"/>.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate);
}

/// <summary>Sizes of a 1x1 convolution, for which each pixel is a sample and each channel a feature: a plain matrix product.</summary>
/// <param name="Pixels">Rows times columns of one example; 1 for a linear layer.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Filters">Output channels.</param>
public readonly record struct PointwiseSizes(int Pixels, int Channels, int Filters)
{
    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Pixels * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)Pixels * Filters;

    /// <summary>Elements of the weights <c>[channels, filters]</c>.</summary>
    public long WeightLength => (long)Channels * Filters;

    /// <summary>Multiply-adds of one example's forward pass.</summary>
    public long Macs => OutputLength * Channels;

    /// <summary>The same as a convolution over one row of pixels.</summary>
    internal Conv2dSizes AsConv2d => new(Channels, Height: 1, Width: Pixels, Filters, Kernel: 1);
}

/// <summary>The convolution's product, with one tap.</summary>
sealed class PointwiseForwardPortable(IImplicitGemm product) : IPointwiseForward
{
    readonly Conv2dForwardPortable convolution = new(product);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, w, bias, relu, y);
}

/// <summary>The convolution's product of transposed weights, with one tap.</summary>
sealed class PointwiseBackwardDataPortable(IImplicitGemm product) : IPointwiseBackwardData
{
    readonly Conv2dBackwardDataPortable convolution = new(product);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, dy, w, dx, accumulate);
}

/// <summary>The convolution's sums of slices and their tree, with one tap.</summary>
sealed class PointwiseBackwardWeightsPortable(AcceleratorDevice device, IWeightGradient gradient) : IPointwiseBackwardWeights
{
    readonly Conv2dBackwardWeightsPortable convolution = new(device, gradient);

    public void Run(
        DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, dy, dw, dbias, accumulate);
}

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseForwardVectorized(CpuDevice device) : IPointwiseForward
{
    readonly Conv2dForwardVectorized convolution = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, w, bias, relu, y);
}

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseBackwardDataVectorized(CpuDevice device) : IPointwiseBackwardData
{
    readonly Conv2dBackwardDataVectorized convolution = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, dy, w, dx, accumulate);
}

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseBackwardWeightsVectorized(CpuDevice device) : IPointwiseBackwardWeights
{
    readonly Conv2dBackwardWeightsVectorized convolution = new(device);

    public void Run(
        DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, dy, dw, dbias, accumulate);
}
