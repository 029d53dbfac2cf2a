using System.ComponentModel;

namespace Nin.Layers;

/// <summary>From channels by height by width to features, in PyTorch's order.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class Flatten<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    public Flatten(Device device, string name)
        : this(device, name, new FlattenStep(TIn.Shape))
    {
    }

    Flatten(Device device, string name, FlattenStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public FlattenStep Step { get; }
}
