using Nin.Ops;

namespace Nin
{
    /// <summary>
    /// The largest element of each channel over all pixels: <c>channels x height x width</c> to <c>channels x 1 x 1</c>. NaN is the maximum, and the
    /// gradient goes to the first of equal maxima in row, then column order.
    /// </summary>
    public sealed class GlobalMaxPool2dAttribute : LayerAttribute;
}

namespace Nin.Layers
{
    /// <summary>The largest element of each channel over all pixels.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    public sealed class GlobalMaxPool2d<TIn, TOut>(Device device, string name)
        : StepLayer<TIn, TOut, MaxPoolStep>(device, name, new MaxPoolStep(PoolSizes.Global(TIn.Shape)))
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
