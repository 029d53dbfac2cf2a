using Nin.Ops;

namespace Nin.Layers;

/// <summary>A convolution, with the ReLU behind it where its block has one.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class Conv2d<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public Conv2d(ParameterSet parameters, string name, Conv2dSizes sizes, bool relu = false)
        : this(parameters, name, new ConvolutionStep(
            sizes, TOut.Shape, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, relu))
    {
    }

    Conv2d(ParameterSet parameters, string name, ConvolutionStep step)
        : base(name, parameters.Device, step)
    {
        Step = step;
        Weight = step.Parameters[0];
        Bias = step.Parameters.Count > 1 ? step.Parameters[1] : null;
    }

    /// <summary><c>[out, in / groups, kernel, kernel]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>What it computes.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public ConvolutionStep Step { get; }
}
