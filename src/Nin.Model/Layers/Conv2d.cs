using Nin.Ops;

namespace Nin.Layers;

/// <summary>A convolution, with the ReLU behind it where its block has one.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
/// <param name="name">Name in a checkpoint.</param>
/// <param name="sizes">Sizes of one example.</param>
/// <param name="relu">Whether negative results become zero.</param>
public sealed class Conv2d<TIn, TOut>(ParameterSet parameters, string name, Conv2dSizes sizes, bool relu = false)
    : ConvolutionLayer<TIn, TOut>(parameters, name, sizes, relu)
    where TIn : struct, IShape
    where TOut : struct, IShape;
