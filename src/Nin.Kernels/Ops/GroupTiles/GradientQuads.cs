using ILGPU;

namespace Nin.Ops;

/// <summary>Which four filters of an output's gradient a thread fetches.</summary>
/// <param name="First">Element of the first pixel's four.</param>
/// <param name="Columns">Filters from there on that there are.</param>
readonly record struct GradientQuads(long First, int Columns)
{
    /// <summary>Four filters of a pixel, counted from the first one; zeros behind the last filter.</summary>
    public Float4 Load(GroupGradientSizes sizes, ArrayView<float> dy, long pixel)
    {
        long index = First + pixel * sizes.RowStride;
        Float4 quad = default;
        if (sizes.ReadsQuads != 0)
        {
            if (Columns > 0) quad = dy.Cast<Float4>()[index / Float4.Length];
            return quad;
        }

        if (Columns > 0) quad.S0 = dy[index];
        if (Columns > 1) quad.S1 = dy[index + 1];
        if (Columns > 2) quad.S2 = dy[index + 2];
        if (Columns > 3) quad.S3 = dy[index + 3];
        return quad;
    }
}
