using ILGPU;

namespace Nin.Ops;

/// <summary>How many products of TF32 parts stand for one of float32 numbers; a struct, so that each way is a kernel of its own.</summary>
interface ITensorProducts
{
    /// <summary>What the TF32 part of a number leaves out, itself as TF32; zero where nobody asks for it.</summary>
    float Rest(float value, float rounded);

    /// <summary>Adds the products of four tiles side by side.</summary>
    FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3);
}

/// <summary>Operands are rounded to TF32: <c>x w = xh wh</c>.</summary>
readonly struct OneProduct : ITensorProducts
{
    public float Rest(float value, float rounded) => 0f;

    public FragmentRow MultiplyAdd(
        FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAdd(sum, a, b0, b1, b2, b3);
}

/// <summary>
/// Accurate to float32: <c>x w = xh wh + xl wh + xh wl</c>, where the product of both rests is below a rounding (Ootomo and Yokota,
/// "Recovering single precision accuracy from Tensor Cores", 2022). Small terms come first.
/// </summary>
readonly struct ThreeProducts : ITensorProducts
{
    public float Rest(float value, float rounded) => TensorCore.Round(value - rounded);

    public FragmentRow MultiplyAdd(
        FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAddThrice(sum, a, b0, b1, b2, b3);
}

/// <summary>Sums on tensor cores for <see cref="Precision.Medium"/>: one product of TF32 numbers for one of float32 numbers.</summary>
struct MediumTile : IGroupSums
{
    WarpTile sums;

    public static int LeftPad => WarpTile.Pad;

    public static int RightPad => WarpTile.Pad;

    public void Add<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape => sums = WarpTile.Add<TShape, MediumTile, OneProduct>(sums, shared, buffer);

    public readonly void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape => sums.Put<TShape>(target, bias, y);
}

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
