using ILGPU;

namespace Nin.Ops;

/// <summary>Eight filters as they lie.</summary>
readonly struct FullRow : IGradientRow
{
    public Float8 Load(ArrayView<float> dy, ArrayView<float> mask, long index, WindowGradientSizes sizes) => Float8.Load(dy, index);
}
