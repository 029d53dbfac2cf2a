using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// Normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts it by learnt numbers; inference uses
/// running statistics (Ioffe and Szegedy 2015; PyTorch's <c>BatchNorm2d</c>). The shape stays.
/// </summary>
public sealed class BatchNorm2dAttribute : LayerAttribute
{
    /// <summary>Added to the variance before its root, more than 0. Default: 1e-5.</summary>
    public double Epsilon { get; set; } = LayerDefaults.BatchNormEpsilon;

    /// <summary>
    /// Weight of a new batch in the running statistics, 0 to 1. Default: 0.1, in PyTorch's sense: <c>(1 - m) old + m new</c>.
    /// </summary>
    public double Momentum { get; set; } = LayerDefaults.BatchNormMomentum;
}
