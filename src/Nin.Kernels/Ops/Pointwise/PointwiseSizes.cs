namespace Nin.Ops;

/// <summary>Sizes of a 1x1 convolution, for which each pixel is a sample and each channel a feature: a plain matrix product.</summary>
/// <param name="Pixels">Rows times columns of one example; 1 for a linear layer.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Filters">Output channels.</param>
public readonly record struct PointwiseSizes(int Pixels, int Channels, int Filters)
{
    /// <summary>Elements of one example's input.</summary>
    public long InputLength => (long)Pixels * Channels;

    /// <summary>Elements of one example's output.</summary>
    public long OutputLength => (long)Pixels * Filters;

    /// <summary>Elements of the weights <c>[channels, filters]</c>.</summary>
    public long WeightLength => (long)Channels * Filters;

    /// <summary>Multiply-adds of one example's forward pass.</summary>
    public long Macs => OutputLength * Channels;

    /// <summary>The same as a convolution over one row of pixels.</summary>
    internal Conv2dSizes AsConv2d => new(Channels, Height: 1, Width: Pixels, Filters, Kernel: 1);
}
