namespace Nin.Ops;

/// <summary>Operands are rounded to TF32: <c>x w = xh wh</c>.</summary>
readonly struct OneProduct : ITensorProducts
{
    public float Rest(float value, float rounded) => 0f;

    public FragmentRow MultiplyAdd(
        FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3) =>
        TensorCore.MultiplyAdd(sum, a, b0, b1, b2, b3);
}
