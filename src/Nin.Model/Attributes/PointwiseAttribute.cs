using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// A 1x1 convolution: each pixel's channels go through the same linear layer, <c>channels x height x width</c> to
/// <c>filters x height x width</c> (Lin, Chen and Yan 2013, "Network in Network").
/// </summary>
/// <param name="filters">Output channels, 1 or more.</param>
public sealed class PointwiseAttribute(int filters) : LayerAttribute
{
    /// <summary>Output channels.</summary>
    public int Filters { get; } = filters;

    /// <summary>
    /// Whether a bias per filter is added. Default: true; <c>false</c> before <see cref="BatchNorm2dAttribute"/>, which cancels
    /// it.
    /// </summary>
    public bool Bias { get; set; } = LayerDefaults.Bias;
}
