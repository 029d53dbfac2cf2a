using Nin.Ops;

namespace Nin.Layers;

/// <summary>A layer of weights and a bias: a convolution, a 1x1 one, or a linear layer.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public abstract class ConvolutionLayer<TIn, TOut> : StepLayer<TIn, TOut, ConvolutionStep>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    private protected ConvolutionLayer(ParameterSet parameters, string name, in Conv2dSizes sizes, bool relu)
        : base(parameters.Device, name, new ConvolutionStep(
            sizes, TOut.Shape, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, relu))
    {
    }

    /// <summary><c>[out, in / groups, kernel, kernel]</c>, or <c>[out, in]</c> of a linear layer.</summary>
    public Parameter Weight => Step.Parameters[0];

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias => Step.Parameters.Count > 1 ? Step.Parameters[1] : null;
}
