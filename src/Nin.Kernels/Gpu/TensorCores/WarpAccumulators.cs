using ILGPU;

namespace Nin.Ops;

/// <summary>
/// A thread's share of its warp's accumulators on tensor cores: 64 rows of the work-group's tile, which is four fragments, by 32 columns, or by 64 in the
/// largest tile, where each number out of shared memory then serves a third more products. All lanes of a warp take part in every step.
/// </summary>
struct WarpAccumulators<TProducts>
    where TProducts : struct, ITf32Products
{
    const int Columns = 4 * TensorCore.Columns;

    // Of 32 columns; and of the next 32.
    FragmentRow r0, r1, r2, r3;
    FragmentRow s0, s1, s2, s3;

    /// <summary>Adds the products of a buffer.</summary>
    /// <param name="floats">Shared memory.</param>
    /// <param name="buffer">The first float of the buffer.</param>
    /// <param name="left">Where the lane's fragments of the left operand begin.</param>
    /// <param name="right">The same for the right one.</param>
    public void MultiplyAdd<TShape, TLeft>(ArrayView<float> floats, int buffer, FragmentPlaces left, FragmentPlaces right)
        where TShape : struct, IWorkGroupShape
        where TLeft : struct, ILeftOperand
    {
        Step<TShape, TLeft>(floats, buffer, left, right, half: 0);
        Step<TShape, TLeft>(floats, buffer, left, right, half: 1);
    }

    void Step<TShape, TLeft>(ArrayView<float> floats, int buffer, FragmentPlaces left, FragmentPlaces right, int half)
        where TShape : struct, IWorkGroupShape
        where TLeft : struct, ILeftOperand
    {
        int at = half * TensorCore.Depth * TShape.Columns, step = 4 * TShape.Columns;
        ref float c0 = ref floats[buffer + right.P0], c1 = ref floats[buffer + right.P1];
        ref float c2 = ref floats[buffer + right.P2], c3 = ref floats[buffer + right.P3];
        var b0 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c0, at), OffsetLoad.Of(ref c0, at + step));
        var b1 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c1, at), OffsetLoad.Of(ref c1, at + step));
        var b2 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c2, at), OffsetLoad.Of(ref c2, at + step));
        var b3 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c3, at), OffsetLoad.Of(ref c3, at + step));
        var a0 = TLeft.Load<TShape, TProducts>(floats, buffer, left, half, fragment: 0);
        r0 = default(TProducts).MultiplyAdd(r0, a0, b0, b1, b2, b3);
        var a1 = TLeft.Load<TShape, TProducts>(floats, buffer, left, half, fragment: 1);
        r1 = default(TProducts).MultiplyAdd(r1, a1, b0, b1, b2, b3);
        var a2 = TLeft.Load<TShape, TProducts>(floats, buffer, left, half, fragment: 2);
        r2 = default(TProducts).MultiplyAdd(r2, a2, b0, b1, b2, b3);
        var a3 = TLeft.Load<TShape, TProducts>(floats, buffer, left, half, fragment: 3);
        r3 = default(TProducts).MultiplyAdd(r3, a3, b0, b1, b2, b3);
        if (TensorTile<TShape>.WarpColumns == Columns) return;

        at += Columns;
        b0 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c0, at), OffsetLoad.Of(ref c0, at + step));
        b1 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c1, at), OffsetLoad.Of(ref c1, at + step));
        b2 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c2, at), OffsetLoad.Of(ref c2, at + step));
        b3 = RightFragment.Of<TProducts>(OffsetLoad.Of(ref c3, at), OffsetLoad.Of(ref c3, at + step));
        s0 = default(TProducts).MultiplyAdd(s0, a0, b0, b1, b2, b3);
        s1 = default(TProducts).MultiplyAdd(s1, a1, b0, b1, b2, b3);
        s2 = default(TProducts).MultiplyAdd(s2, a2, b0, b1, b2, b3);
        s3 = default(TProducts).MultiplyAdd(s3, a3, b0, b1, b2, b3);
    }

    /// <summary>The epilogue of the thread's share of the tile.</summary>
    public readonly void Store<TShape>(OutputTile output, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IWorkGroupShape
    {
        int row = TensorTile<TShape>.WarpRow + (Group.IdxX & (TensorCore.Lanes - 1)) / 4;
        int column = TensorTile<TShape>.WarpColumn + (Group.IdxX & 3) * 2;
        r0.Store(output, bias, y, row, column);
        r1.Store(output, bias, y, row + TensorCore.Rows, column);
        r2.Store(output, bias, y, row + 2 * TensorCore.Rows, column);
        r3.Store(output, bias, y, row + 3 * TensorCore.Rows, column);
        if (TensorTile<TShape>.WarpColumns == Columns) return;

        column += Columns;
        s0.Store(output, bias, y, row, column);
        s1.Store(output, bias, y, row + TensorCore.Rows, column);
        s2.Store(output, bias, y, row + 2 * TensorCore.Rows, column);
        s3.Store(output, bias, y, row + 3 * TensorCore.Rows, column);
    }
}

/// <summary>How many products of TF32 numbers replace one of float32 numbers; a struct, so that each way is a kernel of its own.</summary>
interface ITf32Products
{
    /// <summary>The low part: what the high part of a number, rounded to TF32, leaves out, itself as TF32; zero where it is not needed.</summary>
    float Low(float value, float high);

    /// <summary>Adds the products of four tiles side by side.</summary>
    FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3);
}

/// <summary><see cref="Precision.Tf32"/>: operands are rounded, <c>x w = xh wh</c>.</summary>
readonly struct Tf32Product : ITf32Products
{
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
    public float Low(float value, float high) => TensorCore.Round(value - high);

    public FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAddTf32x3(sum, a, b0, b1, b2, b3);
}
