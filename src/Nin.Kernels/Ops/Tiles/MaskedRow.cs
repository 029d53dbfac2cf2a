using ILGPU;

namespace Nin.Ops;

/// <summary>Eight filters behind a ReLU.</summary>
readonly struct MaskedRow : IGradientRow
{
    public Float8 Load(ArrayView<float> dy, ArrayView<float> mask, long index, WindowGradientSizes sizes) =>
        Float8.MaskByPositive(Float8.Load(dy, index), Float8.Load(mask, index));
}
