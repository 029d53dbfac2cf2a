using Nin.Ops;

namespace Nin.Layers;

/// <summary>A convolution with batch normalisation behind it, and the ReLU behind that where its block has one.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class NormalizedConv2d<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="norm">The normalisation behind it.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public NormalizedConv2d(ParameterSet parameters, string name, Conv2dSizes sizes, BatchNorm2d<TOut> norm, bool relu = false)
        : this(parameters, name, new NormalizedConvolutionStep(
            sizes, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, norm.BatchNormalization, relu))
    {
    }

    NormalizedConv2d(ParameterSet parameters, string name, NormalizedConvolutionStep step)
        : base(name, parameters.Device, step)
    {
        Step = step;
        Weight = parameters[$"{name}.weight"];
        Bias = parameters.TryGet($"{name}.bias", out var bias) ? bias : null;
    }

    /// <summary><c>[out, in / groups, kernel, kernel]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>What it computes.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public NormalizedConvolutionStep Step { get; }
}
