namespace Nin.Ops;

/// <summary><c>h = relu(x w1 + b1)</c>, <c>y = act(h w2 + b2)</c> over pixels, as one op.</summary>
interface IPointwiseMlpForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="weights">Both layers' parameters.</param>
    /// <param name="lastRelu">Whether the second layer has a ReLU, too.</param>
    /// <param name="h"><c>[n, pixels, hidden]</c>, overwritten; none where no gradient will be asked for.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, overwritten.</param>
    void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h, DeviceView y);
}

/// <summary>All gradients of a pointwise MLP. Sums over the batch follow <see cref="ReductionTree"/>.</summary>
interface IPointwiseMlpBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="h"><c>[n, pixels, hidden]</c> as the forward pass left it; its content is lost.</param>
    /// <param name="y"><c>[n, pixels, filters]</c>, the output of the forward pass; read only where <paramref name="lastRelu"/> is true.</param>
    /// <param name="lastRelu">Whether the second layer had a ReLU that <paramref name="dy"/> is not masked by yet.</param>
    /// <param name="weights">Both layers' parameters.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>; its content is lost.</param>
    /// <param name="dx">
    /// <c>[n, pixels, channels]</c>, or none where it is not needed; it may be <paramref name="dy"/> where they are equally long and nothing is added.
    /// </param>
    /// <param name="gradients">Where the parameters' gradients go.</param>
    /// <param name="accumulateData">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    /// <param name="accumulateWeights">Adds to <paramref name="gradients"/> instead of overwriting it.</param>
    void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights);
}

/// <summary>Sizes of the pointwise MLP of a NiN block: two 1x1 convolutions over each pixel.</summary>
/// <param name="Height">Rows of one example.</param>
/// <param name="Width">Columns of one example.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Hidden">Channels between the two.</param>
/// <param name="Filters">Output channels.</param>
public readonly record struct PointwiseMlpSizes(int Height, int Width, int Channels, int Hidden, int Filters)
{
    /// <summary>Pixels of one example.</summary>
    public int Pixels => Height * Width;

    /// <summary>The first convolution alone.</summary>
    public Conv2dSizes First => new(Channels, Height, Width, Hidden);

    /// <summary>The second convolution alone.</summary>
    public Conv2dSizes Second => new(Hidden, Height, Width, Filters);
}

/// <summary>The parameters of a pointwise MLP.</summary>
/// <param name="First"><c>[channels, hidden]</c>.</param>
/// <param name="FirstBias"><c>[hidden]</c>, or none.</param>
/// <param name="Second"><c>[hidden, filters]</c>.</param>
/// <param name="SecondBias"><c>[filters]</c>, or none.</param>
readonly record struct PointwiseMlpWeights(Weights First, DeviceView FirstBias, Weights Second, DeviceView SecondBias);

/// <summary>Where the gradients of a pointwise MLP go; biases may be none.</summary>
/// <param name="First"><c>[channels, hidden]</c>.</param>
/// <param name="FirstBias"><c>[hidden]</c>.</param>
/// <param name="Second"><c>[hidden, filters]</c>.</param>
/// <param name="SecondBias"><c>[filters]</c>.</param>
readonly record struct PointwiseMlpGradients(DeviceView First, DeviceView FirstBias, DeviceView Second, DeviceView SecondBias);
