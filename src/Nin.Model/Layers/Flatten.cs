namespace Nin
{
    /// <summary>
    /// <c>channels x height x width</c> to <c>channels · height · width</c> features, in PyTorch's order: channel, row, column.
    /// </summary>
    public sealed class FlattenAttribute : LayerAttribute;
}

namespace Nin.Layers
{
    /// <summary>From channels by height by width to features, in PyTorch's order.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    public sealed class Flatten<TIn, TOut>(Device device, string name)
        : StepLayer<TIn, TOut, FlattenStep>(device, name, new FlattenStep(TIn.Shape))
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
