using ILGPU;

namespace Nin.Ops;

/// <summary>The arrays that both kernels of the gradient read.</summary>
/// <param name="X">Input of the forward pass.</param>
/// <param name="Mean">The batch's mean.</param>
/// <param name="InverseDeviation">One over the batch's deviation.</param>
/// <param name="Gamma">Scale.</param>
/// <param name="Beta">Shift.</param>
/// <param name="Dy">Gradient of the output.</param>
readonly record struct BatchNormArrays(
    ArrayView<float> X, ArrayView<float> Mean, ArrayView<float> InverseDeviation, ArrayView<float> Gamma, ArrayView<float> Beta,
    ArrayView<float> Dy)
{
    /// <summary>An element of the input, of mean 0 and variance 1 over the batch.</summary>
    public float Normalised(long at, int channel) => BatchNormApply.Normalised(X[at], Mean[channel], InverseDeviation[channel]);

    /// <summary>The gradient behind the ReLU, whose mask is found by the forward pass's own arithmetic.</summary>
    public float Gradient(BatchNormMap map, long at, int channel, float normalised)
    {
        float g = Dy[at];
        if (map.Relu != 0) g = normalised * Gamma[channel] + Beta[channel] > 0 ? g : 0f;
        return g;
    }
}
