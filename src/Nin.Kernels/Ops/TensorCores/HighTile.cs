using ILGPU;

namespace Nin.Ops;

/// <summary>Sums on tensor cores for <see cref="Precision.High"/>: three products of TF32 numbers for one of float32 numbers.</summary>
struct HighTile : IGroupSums
{
    WarpTile sums;

    public static int LeftPad => WarpTile.Pad;

    public static int RightPad => WarpTile.Pad;

    public void Add<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape => sums = WarpTile.Add<TShape, HighTile, ThreeProducts>(sums, shared, buffer);

    public readonly void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape => sums.Put<TShape>(target, bias, y);
}
