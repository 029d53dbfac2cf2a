using System.ComponentModel;
using Nin.Ops;

namespace Nin.Layers;

/// <summary>Average pooling; padding counts as zeros.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class AvgPool2d<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="sizes">Sizes of one example.</param>
    public AvgPool2d(Device device, string name, PoolSizes sizes)
        : this(device, name, new AvgPoolStep(sizes))
    {
    }

    AvgPool2d(Device device, string name, AvgPoolStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public AvgPoolStep Step { get; }
}
