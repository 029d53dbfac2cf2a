using Nin.Ops;

namespace Nin.Layers;

/// <summary>A 1x1 convolution, with the ReLU behind it where its block has one: a linear layer over the channels of each pixel.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class Pointwise<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public Pointwise(ParameterSet parameters, string name, bool relu = false)
        : this(parameters, name, new ConvolutionStep(
            new Conv2dSizes(TIn.Shape.Channels, TIn.Shape.Height, TIn.Shape.Width, TOut.Shape.Channels), TOut.Shape,
            parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, relu))
    {
    }

    Pointwise(ParameterSet parameters, string name, ConvolutionStep step)
        : base(name, parameters.Device, step)
    {
        Step = step;
        Weight = step.Parameters[0];
        Bias = step.Parameters.Count > 1 ? step.Parameters[1] : null;
    }

    /// <summary><c>[out, in, 1, 1]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>What it computes.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public ConvolutionStep Step { get; }
}
