using ILGPU;

namespace Nin.Ops;

/// <summary>Which four filters of an output's gradient a thread fetches.</summary>
/// <param name="First">Element of the first pixel's four.</param>
/// <param name="Columns">Filters from there on that there are.</param>
readonly record struct GradientQuads(long First, int Columns)
{
    /// <summary>Four filters of a pixel, counted from the first one; zeros behind the last filter.</summary>
    public Float4 Load(GroupGradientSizes sizes, ArrayView<float> dy, ArrayView<float> mask, long pixel)
    {
        long index = First + pixel * sizes.RowStride;
        var quad = Read(sizes, dy, index);
        if (sizes.Masked == 0) return quad;
        var y = Read(sizes, mask, index);
        quad.S0 = y.S0 > 0 ? quad.S0 : 0;
        quad.S1 = y.S1 > 0 ? quad.S1 : 0;
        quad.S2 = y.S2 > 0 ? quad.S2 : 0;
        quad.S3 = y.S3 > 0 ? quad.S3 : 0;
        return quad;
    }

    Float4 Read(GroupGradientSizes sizes, ArrayView<float> view, long index)
    {
        Float4 quad = default;
        if (sizes.ReadsQuads != 0)
        {
            if (Columns > 0) quad = view.Cast<Float4>()[index / Float4.Length];
            return quad;
        }

        if (Columns > 0) quad.S0 = view[index];
        if (Columns > 1) quad.S1 = view[index + 1];
        if (Columns > 2) quad.S2 = view[index + 2];
        if (Columns > 3) quad.S3 = view[index + 3];
        return quad;
    }
}
