using ILGPU;

namespace Nin.Ops;

/// <summary>A lane's two elements of 8 steps of k by 8 columns: TF32 parts H and rests L.</summary>
struct RightFragment
{
    public float H0, H1, L0, L1;

    /// <param name="floats">Shared memory, k by columns.</param>
    /// <param name="at">The lane's first element.</param>
    /// <param name="step">Elements from a step of k to the next.</param>
    public static RightFragment Load<TProducts>(ArrayView<float> floats, int at, int step)
        where TProducts : struct, ITensorProducts
    {
        float b0 = floats[at], b1 = floats[at + 4 * step];
        RightFragment fragment;
        fragment.H0 = TensorCore.Round(b0);
        fragment.H1 = TensorCore.Round(b1);
        fragment.L0 = default(TProducts).Rest(b0, fragment.H0);
        fragment.L1 = default(TProducts).Rest(b1, fragment.H1);
        return fragment;
    }
}
