using Nin.Ops;

namespace Nin.Layers;

/// <summary>Max pooling.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="device">Where it runs.</param>
/// <param name="name">Its name in the network.</param>
/// <param name="sizes">Sizes of one example.</param>
public sealed class MaxPool2d<TIn, TOut>(Device device, string name, PoolSizes sizes)
    : StepLayer<TIn, TOut, MaxPoolStep>(device, name, new MaxPoolStep(sizes))
    where TIn : struct, IShape
    where TOut : struct, IShape;
