using ILGPU;

namespace Nin.Ops;

/// <summary>Groups of fewer than eight filters: reads no further than they go.</summary>
readonly struct NarrowRow : IGradientRow
{
    public Float8 Load(ArrayView<float> dy, ArrayView<float> mask, long index, WindowGradientSizes sizes)
    {
        var g = Float8.Load(dy, index, sizes.Filters);
        return sizes.Masked != 0 ? Float8.MaskByPositive(g, Float8.Load(mask, index, sizes.Filters)) : g;
    }
}
