using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary><c>max(x, 0)</c> of each element; the shape stays.</summary>
    public sealed class ReluAttribute : LayerAttribute;

    /// <summary><c>x</c> where it is positive, else <c>negativeSlope x</c>; the shape stays.</summary>
    /// <param name="negativeSlope">
    /// Slope below zero, 0 or more: the gradient is told from the sign of the output. Default: 0.01, as PyTorch's.
    /// </param>
    public sealed class LeakyReluAttribute(double negativeSlope = LayerDefaults.NegativeSlope) : LayerAttribute
    {
        /// <summary>Slope below zero.</summary>
        public double NegativeSlope { get; } = negativeSlope;
    }
}

namespace Nin.Layers
{
    /// <summary>ReLU, or leaky ReLU with a slope below zero.</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="negativeSlope">Slope below zero.</param>
    public sealed class Relu<TShape>(Device device, string name, double negativeSlope = 0)
        : StepLayer<TShape, TShape, ReluStep>(device, name, new ReluStep(TShape.Shape, negativeSlope))
        where TShape : struct, IShape;
}
