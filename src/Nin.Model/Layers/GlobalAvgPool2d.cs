using Nin.Ops;

namespace Nin
{
    /// <summary>
    /// The mean of each channel over all pixels: <c>channels x height x width</c> to <c>channels x 1 x 1</c>. How NiN gets one logit
    /// per class (Lin, Chen and Yan 2013, section 3.2).
    /// </summary>
    public sealed class GlobalAvgPool2dAttribute : LayerAttribute;
}

namespace Nin.Layers
{
    /// <summary>The mean of each channel over all pixels.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    public sealed class GlobalAvgPool2d<TIn, TOut>(Device device, string name)
        : StepLayer<TIn, TOut, AvgPoolStep>(device, name, new AvgPoolStep(PoolSizes.Global(TIn.Shape)))
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
