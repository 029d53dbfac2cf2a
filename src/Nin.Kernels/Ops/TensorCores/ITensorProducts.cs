namespace Nin.Ops;

/// <summary>How many products of TF32 parts stand for one of float32 numbers; a struct, so that each way is a kernel of its own.</summary>
interface ITensorProducts
{
    /// <summary>What the TF32 part of a number leaves out, itself as TF32; zero where nobody asks for it.</summary>
    float Rest(float value, float rounded);

    /// <summary>Adds the products of four tiles side by side.</summary>
    FragmentRow MultiplyAdd(FragmentRow sum, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3);
}
