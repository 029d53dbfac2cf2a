using ILGPU;

namespace Nin.Ops;

/// <summary>
/// A thread's share of its warp's accumulators on tensor cores: 64 rows by 32 columns of the work-group's tile, which is four by four fragments. All
/// lanes of a warp take part in every step.
/// </summary>
struct WarpAccumulators<TProducts> : IAccumulators
    where TProducts : struct, ITf32Products
{
    /// <summary>
    /// Two float4s after each step of k: a warp reads four steps of k by eight neighbours at a time, and with them the steps are eight banks
    /// apart.
    /// </summary>
    const int Pad = 2;

    const int Rows = 64, Columns = 32;

    FragmentRow r0, r1, r2, r3;

    public static int LeftPad => Pad;

    public static int RightPad => Pad;

    public static bool SplitsOperands => TProducts.HasLowParts;

    public void MultiplyAdd<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IWorkGroupShape
    {
        var floats = shared.Cast<float>();
        int leftStep = WorkGroupTile<TShape, WarpAccumulators<TProducts>>.LeftStep * Float4.Length;
        int rightStep = WorkGroupTile<TShape, WarpAccumulators<TProducts>>.RightStep * Float4.Length;
        int group = Group.IdxX % TensorCore.Lanes / 4, pair = Group.IdxX % 4;
        int left = buffer * Float4.Length + pair * leftStep + FirstRow<TShape>() + group;
        int right = (buffer + WorkGroupTile<TShape, WarpAccumulators<TProducts>>.Right) * Float4.Length + pair * rightStep + FirstColumn<TShape>() + group;
        var b0 = RightFragment.Load<TProducts>(floats, right, rightStep);
        var b1 = RightFragment.Load<TProducts>(floats, right + TensorCore.Columns, rightStep);
        var b2 = RightFragment.Load<TProducts>(floats, right + 2 * TensorCore.Columns, rightStep);
        var b3 = RightFragment.Load<TProducts>(floats, right + 3 * TensorCore.Columns, rightStep);
        r0 = default(TProducts).MultiplyAdd(r0, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        r1 = default(TProducts).MultiplyAdd(r1, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        r2 = default(TProducts).MultiplyAdd(r2, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        r3 = default(TProducts).MultiplyAdd(r3, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
    }

    public readonly void Store<TShape>(OutputTile output, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IWorkGroupShape
    {
        int row = FirstRow<TShape>() + Group.IdxX % TensorCore.Lanes / 4, column = FirstColumn<TShape>() + Group.IdxX % 4 * 2;
        r0.Store(output, bias, y, row, column);
        r1.Store(output, bias, y, row + TensorCore.Rows, column);
        r2.Store(output, bias, y, row + 2 * TensorCore.Rows, column);
        r3.Store(output, bias, y, row + 3 * TensorCore.Rows, column);
    }

    static int FirstRow<TShape>()
        where TShape : struct, IWorkGroupShape => Group.IdxX / TensorCore.Lanes / (TShape.Across / 4) * Rows;

    static int FirstColumn<TShape>()
        where TShape : struct, IWorkGroupShape => Group.IdxX / TensorCore.Lanes % (TShape.Across / 4) * Columns;
}

/// <summary>How many products of TF32 numbers replace one of float32 numbers; a struct, so that each way is a kernel of its own.</summary>
interface ITf32Products
{
    /// <summary>Whether low parts are needed.</summary>
    static abstract bool HasLowParts { get; }

    /// <summary>The low part: what the high part of a number, rounded to TF32, leaves out, itself as TF32; zero where it is not needed.</summary>
    float Low(float value, float high);

    /// <summary>Adds the products of four tiles side by side.</summary>
    FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3);
}

/// <summary><see cref="Precision.Tf32"/>: operands are rounded, <c>x w = xh wh</c>.</summary>
readonly struct Tf32Product : ITf32Products
{
    public static bool HasLowParts => false;

    public float Low(float value, float high) => 0f;

    public FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAddTf32(sum, a, b0, b1, b2, b3);
}

/// <summary>
/// <see cref="Precision.Tf32x3"/> (3xTF32), accurate to float32: <c>x w = xl wh + xh wl + xh wh</c>, where the product of both low parts is below a
/// rounding (Ootomo and Yokota, "Recovering single precision accuracy from Tensor Cores", 2022). Small terms come first.
/// </summary>
readonly struct Tf32x3Products : ITf32Products
{
    public static bool HasLowParts => true;

    public float Low(float value, float high) => TensorCore.Round(value - high);

    public FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAddTf32x3(sum, a, b0, b1, b2, b3);
}
