using System.ComponentModel;

namespace Nin.Layers;

/// <summary>Dropout (Srivastava et al. 2014): drops elements while training, and is the identity in inference.</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
public sealed class Dropout<TShape> : Layer<TShape, TShape>
    where TShape : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="probability">Share of elements that become zero.</param>
    /// <param name="layer">Its position in the network, which keys its random numbers.</param>
    public Dropout(Device device, string name, double probability, int layer)
        : this(device, name, new DropoutStep(TShape.Shape, probability, layer))
    {
    }

    Dropout(Device device, string name, DropoutStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public DropoutStep Step { get; }
}
