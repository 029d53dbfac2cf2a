using Nin.Ops;

namespace Nin.Layers;

/// <summary>A convolution with batch normalisation behind it, and the ReLU behind that where its block has one.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
/// <param name="name">Name in a checkpoint.</param>
/// <param name="sizes">Sizes of one example.</param>
/// <param name="norm">The normalisation behind it.</param>
/// <param name="relu">Whether negative results become zero.</param>
public sealed class NormalizedConv2d<TIn, TOut>(
    ParameterSet parameters, string name, Conv2dSizes sizes, BatchNorm2d<TOut> norm, bool relu = false)
    : StepLayer<TIn, TOut, NormalizedConvolutionStep>(
        parameters.Device, name,
        new NormalizedConvolutionStep(
            sizes, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, norm.Step.Normalization, relu))
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <summary><c>[out, in / groups, kernel, kernel]</c>.</summary>
    public Parameter Weight => Step.Convolution.Weight;

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias => Step.Convolution.Bias;
}
