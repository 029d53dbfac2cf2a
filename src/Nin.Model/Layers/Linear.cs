using Nin.Ops;

namespace Nin.Layers;

/// <summary>A linear layer over flat features.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
/// <param name="name">Name in a checkpoint.</param>
public sealed class Linear<TIn, TOut>(ParameterSet parameters, string name) : ConvolutionLayer<TIn, TOut>(
    parameters, name, new Conv2dSizes(TIn.Shape.Channels, 1, 1, TOut.Shape.Channels), relu: false)
    where TIn : struct, IShape
    where TOut : struct, IShape;
