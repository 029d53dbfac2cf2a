namespace Nin.Ops;

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
