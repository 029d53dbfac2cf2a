using System.ComponentModel;

namespace Nin.Layers;

/// <summary>ReLU, or leaky ReLU with a slope below zero.</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
public sealed class Relu<TShape> : Layer<TShape, TShape>
    where TShape : struct, IShape
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="negativeSlope">Slope below zero.</param>
    public Relu(Device device, string name, double negativeSlope = 0)
        : this(device, name, new ReluStep(TShape.Shape, negativeSlope))
    {
    }

    Relu(Device device, string name, ReluStep step)
        : base(name, device, step) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ReluStep Step { get; }
}
