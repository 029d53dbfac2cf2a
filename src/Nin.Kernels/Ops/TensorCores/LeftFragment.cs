using ILGPU;

namespace Nin.Ops;

/// <summary>A lane's four elements of 16 rows by 8 steps of k, as <see cref="TensorCore"/> places them: TF32 parts H and rests L.</summary>
struct LeftFragment
{
    public float H0, H1, H2, H3, L0, L1, L2, L3;

    /// <param name="floats">Shared memory, k by rows.</param>
    /// <param name="at">The lane's first element.</param>
    /// <param name="step">Elements from a step of k to the next.</param>
    public static LeftFragment Load<TProducts>(ArrayView<float> floats, int at, int step)
        where TProducts : struct, ITensorProducts
    {
        float a0 = floats[at], a1 = floats[at + 8], a2 = floats[at + 4 * step], a3 = floats[at + 4 * step + 8];
        LeftFragment fragment;
        fragment.H0 = TensorCore.Round(a0);
        fragment.H1 = TensorCore.Round(a1);
        fragment.H2 = TensorCore.Round(a2);
        fragment.H3 = TensorCore.Round(a3);
        fragment.L0 = default(TProducts).Rest(a0, fragment.H0);
        fragment.L1 = default(TProducts).Rest(a1, fragment.H1);
        fragment.L2 = default(TProducts).Rest(a2, fragment.H2);
        fragment.L3 = default(TProducts).Rest(a3, fragment.H3);
        return fragment;
    }
}
