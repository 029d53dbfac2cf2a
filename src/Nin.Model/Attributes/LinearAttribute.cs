using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>A fully connected layer, <c>y = W x + b</c>; stands after <see cref="FlattenAttribute"/>.</summary>
/// <param name="features">Output features, 1 or more.</param>
public sealed class LinearAttribute(int features) : LayerAttribute
{
    /// <summary>Output features.</summary>
    public int Features { get; } = features;

    /// <summary>Whether a bias per output feature is added. Default: true.</summary>
    public bool Bias { get; set; } = LayerDefaults.Bias;
}
