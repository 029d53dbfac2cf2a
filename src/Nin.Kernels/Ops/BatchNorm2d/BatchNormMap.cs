namespace Nin.Ops;

/// <summary>What the kernels of batch normalisation read beside their arrays.</summary>
/// <param name="Slices">The batch, its partial sums one channel row a slice.</param>
/// <param name="Epsilon">Added to the variance before its root.</param>
/// <param name="Momentum">Weight of a new batch in the running statistics.</param>
/// <param name="Relu">1 where a ReLU follows.</param>
/// <param name="Accumulate">1 where results are added to what stands there.</param>
/// <param name="HasVariance">1 where the deviation is given as a variance, 0 where as the inverse of its root.</param>
readonly record struct BatchNormMap(SliceSizes Slices, float Epsilon, float Momentum, int Relu, int Accumulate, int HasVariance)
{
    /// <summary>Elements of the batch.</summary>
    public long Length => Slices.Examples * Slices.Pixels * Slices.Channels;

    /// <summary>Pixels of the batch.</summary>
    public float Count => Slices.Examples * Slices.Pixels;
}
