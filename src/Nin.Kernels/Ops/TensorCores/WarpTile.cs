using ILGPU;

namespace Nin.Ops;

/// <summary>
/// The sums of a warp on tensor cores: 64 rows by 32 columns of its group's tile, which is four by four fragments. All lanes of a warp take part
/// in every step.
/// </summary>
struct WarpTile
{
    /// <summary>
    /// Two blocks of four floats behind each step of k: a warp reads four steps of k by eight neighbours at a time, and with them the steps
    /// lie eight banks apart.
    /// </summary>
    public const int Pad = 2;

    const int Rows = 64, Columns = 32;

    FragmentRow r0, r1, r2, r3;

    /// <summary>Adds the products of a buffer of <typeparamref name="TSums"/>, which wraps this tile.</summary>
    public static WarpTile Add<TShape, TSums, TProducts>(WarpTile sum, ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape
        where TSums : struct, IGroupSums
        where TProducts : struct, ITensorProducts
    {
        var floats = shared.Cast<float>();
        int leftStep = GroupTile<TShape, TSums>.LeftStep * Float4.Length, rightStep = GroupTile<TShape, TSums>.RightStep * Float4.Length;
        int group = Group.IdxX % TensorCore.Lanes / 4, pair = Group.IdxX % 4;
        int left = buffer * Float4.Length + pair * leftStep + FirstRow<TShape>() + group;
        int right = (buffer + GroupTile<TShape, TSums>.Right) * Float4.Length + pair * rightStep + FirstColumn<TShape>() + group;
        var b0 = RightFragment.Load<TProducts>(floats, right, rightStep);
        var b1 = RightFragment.Load<TProducts>(floats, right + TensorCore.Columns, rightStep);
        var b2 = RightFragment.Load<TProducts>(floats, right + 2 * TensorCore.Columns, rightStep);
        var b3 = RightFragment.Load<TProducts>(floats, right + 3 * TensorCore.Columns, rightStep);
        sum.r0 = default(TProducts).MultiplyAdd(sum.r0, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        sum.r1 = default(TProducts).MultiplyAdd(sum.r1, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        sum.r2 = default(TProducts).MultiplyAdd(sum.r2, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        left += TensorCore.Rows;
        sum.r3 = default(TProducts).MultiplyAdd(sum.r3, LeftFragment.Load<TProducts>(floats, left, leftStep), b0, b1, b2, b3);
        return sum;
    }

    /// <summary>Writes the lane's sums.</summary>
    public readonly void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape
    {
        int row = FirstRow<TShape>() + Group.IdxX % TensorCore.Lanes / 4, column = FirstColumn<TShape>() + Group.IdxX % 4 * 2;
        r0.Put(target, bias, y, row, column);
        r1.Put(target, bias, y, row + TensorCore.Rows, column);
        r2.Put(target, bias, y, row + 2 * TensorCore.Rows, column);
        r3.Put(target, bias, y, row + 3 * TensorCore.Rows, column);
    }

    static int FirstRow<TShape>()
        where TShape : struct, IGroupShape => Group.IdxX / TensorCore.Lanes / (TShape.Across / 4) * Rows;

    static int FirstColumn<TShape>()
        where TShape : struct, IGroupShape => Group.IdxX / TensorCore.Lanes % (TShape.Across / 4) * Columns;
}
