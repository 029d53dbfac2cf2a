using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>x</c> where it is positive, else <c>negativeSlope x</c>; the shape stays.</summary>
/// <param name="negativeSlope">
/// Slope below zero, 0 or more: the gradient is told from the sign of the output. Default: 0.01, as PyTorch's.
/// </param>
public sealed class LeakyReluAttribute(double negativeSlope = LayerDefaults.NegativeSlope) : LayerAttribute
{
    /// <summary>Slope below zero.</summary>
    public double NegativeSlope { get; } = negativeSlope;
}
