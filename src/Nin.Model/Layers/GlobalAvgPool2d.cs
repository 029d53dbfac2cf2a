using System.ComponentModel;

namespace Nin.Layers;

/// <summary>The mean of each channel over all pixels.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public sealed class GlobalAvgPool2d<TIn, TOut> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    public GlobalAvgPool2d(Device device, string name)
        : this(device, name, new GlobalAvgPoolStep(TIn.Shape))
    {
    }

    GlobalAvgPool2d(Device device, string name, GlobalAvgPoolStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public GlobalAvgPoolStep Step { get; }
}
