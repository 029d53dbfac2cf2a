using Nin.Ops;

namespace Nin.Layers;

/// <summary>A linear layer over flat features.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class Linear<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    public Linear(ParameterSet parameters, string name)
        : this(parameters, name, new ConvolutionStep(
            new Conv2dSizes(TIn.Shape.Channels, 1, 1, TOut.Shape.Channels), TOut.Shape,
            parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, relu: false))
    {
    }

    Linear(ParameterSet parameters, string name, ConvolutionStep step)
        : base(name, parameters.Device, step)
    {
        Step = step;
        Weight = step.Parameters[0];
        Bias = step.Parameters.Count > 1 ? step.Parameters[1] : null;
    }

    /// <summary><c>[out, in]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>What it computes.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public ConvolutionStep Step { get; }
}
