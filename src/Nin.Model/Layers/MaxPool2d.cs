using System.ComponentModel;
using Nin.Ops;

namespace Nin.Layers;

/// <summary>Max pooling.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class MaxPool2d<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="sizes">Sizes of one example.</param>
    public MaxPool2d(Device device, string name, PoolSizes sizes)
        : this(device, name, new MaxPoolStep(sizes))
    {
    }

    MaxPool2d(Device device, string name, MaxPoolStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public MaxPoolStep Step { get; }
}
