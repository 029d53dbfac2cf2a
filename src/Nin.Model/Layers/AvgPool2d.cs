using Nin.Ops;

namespace Nin.Layers;

/// <summary>Average pooling; padding counts as zeros.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
/// <param name="device">Where it runs.</param>
/// <param name="name">Its name in the network.</param>
/// <param name="sizes">Sizes of one example.</param>
public sealed class AvgPool2d<TIn, TOut>(Device device, string name, PoolSizes sizes)
    : StepLayer<TIn, TOut, AvgPoolStep>(device, name, new AvgPoolStep(sizes))
    where TIn : struct, IShape
    where TOut : struct, IShape;
