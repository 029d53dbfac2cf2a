using Nin.Ops;

namespace Nin.Layers;

/// <summary>A 1x1 convolution, with the ReLU behind it where its block has one: a linear layer over the channels of each pixel.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
/// <param name="name">Name in a checkpoint.</param>
/// <param name="relu">Whether negative results become zero.</param>
public sealed class Pointwise<TIn, TOut>(ParameterSet parameters, string name, bool relu = false) : ConvolutionLayer<TIn, TOut>(
    parameters, name, new Conv2dSizes(TIn.Shape.Channels, TIn.Shape.Height, TIn.Shape.Width, TOut.Shape.Channels), relu)
    where TIn : struct, IShape
    where TOut : struct, IShape;
