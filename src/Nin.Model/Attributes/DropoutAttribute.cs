using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// In training drops each element with this probability and divides the others by <c>1 - probability</c>; the identity in
/// inference (PyTorch's <c>Dropout</c>). The shape stays.
/// </summary>
/// <param name="probability">Probability of dropping an element, 0 to 1. Default: 0.5.</param>
public sealed class DropoutAttribute(double probability = LayerDefaults.DropoutProbability) : LayerAttribute
{
    /// <summary>Probability of dropping an element.</summary>
    public double Probability { get; } = probability;
}
