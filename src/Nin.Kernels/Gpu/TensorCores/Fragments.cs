using System.Runtime.InteropServices;
using ILGPU;

namespace Nin.Ops;

/// <summary>A lane's sums of 16 rows by 32 columns: four fragments side by side.</summary>
struct FragmentRow
{
    public Fragment4 C0, C1, C2, C3;

    /// <summary>The epilogue of the lane's sums, from its own first row and column on.</summary>
    public readonly void Store(OutputTile output, ArrayView<float> bias, ArrayView<float> y, int row, int column)
    {
        StoreFragment(output, bias, y, row, column, C0);
        StoreFragment(output, bias, y, row, column + TensorCore.Columns, C1);
        StoreFragment(output, bias, y, row, column + 2 * TensorCore.Columns, C2);
        StoreFragment(output, bias, y, row, column + 3 * TensorCore.Columns, C3);
    }

    static void StoreFragment(OutputTile output, ArrayView<float> bias, ArrayView<float> y, int row, int column, Fragment4 sums)
    {
        float first = output.Bias(bias, column), second = output.Bias(bias, column + 1);
        output.Store2(y, row, column, sums.S0 + first, sums.S1 + second);
        output.Store2(y, row + 8, column, sums.S2 + first, sums.S3 + second);
    }
}

/// <summary>The four sums that a lane holds of a 16 x 8 tile.</summary>
struct Fragment4
{
    public float S0, S1, S2, S3;
}

/// <summary>A lane's four elements of 16 rows by 8 steps of k, as <see cref="TensorCore"/> places them: TF32 high parts H and low parts L.</summary>
struct LeftFragment
{
    public float H0, H1, H2, H3, L0, L1, L2, L3;

    public static LeftFragment Of<TProducts>(float a0, float a1, float a2, float a3)
        where TProducts : struct, ITf32Products
    {
        LeftFragment fragment;
        fragment.H0 = TensorCore.Round(a0);
        fragment.H1 = TensorCore.Round(a1);
        fragment.H2 = TensorCore.Round(a2);
        fragment.H3 = TensorCore.Round(a3);
        fragment.L0 = default(TProducts).Low(a0, fragment.H0);
        fragment.L1 = default(TProducts).Low(a1, fragment.H1);
        fragment.L2 = default(TProducts).Low(a2, fragment.H2);
        fragment.L3 = default(TProducts).Low(a3, fragment.H3);
        return fragment;
    }
}

/// <summary>A lane's two elements of 8 steps of k by 8 columns: TF32 high parts H and low parts L.</summary>
struct RightFragment
{
    public float H0, H1, L0, L1;

    public static RightFragment Of<TProducts>(float b0, float b1)
        where TProducts : struct, ITf32Products
    {
        RightFragment fragment;
        fragment.H0 = TensorCore.Round(b0);
        fragment.H1 = TensorCore.Round(b1);
        fragment.L0 = default(TProducts).Low(b0, fragment.H0);
        fragment.L1 = default(TProducts).Low(b1, fragment.H1);
        return fragment;
    }
}

/// <summary>
/// The operands of all lanes of a warp, for the emulation of a matrix instruction: each lane writes its own to a table, whose address the
/// first lane broadcasts.
/// </summary>
unsafe ref struct LaneTable
{
    readonly Lane* lanes;
    readonly int lane;

    public LaneTable(LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3)
    {
        lane = Warp.LaneIdx;
        lanes = lane == 0 ? (Lane*)NativeMemory.Alloc(TensorCore.Lanes, (nuint)sizeof(Lane)) : null;
        lanes = (Lane*)Warp.Shuffle((long)lanes, 0);
        lanes[lane] = new Lane { A = a, B0 = b0, B1 = b1, B2 = b2, B3 = b3 };
        Warp.Barrier();
    }

    /// <summary>Adds the products of low or high parts.</summary>
    public readonly FragmentRow MultiplyAdd(FragmentRow c, bool leftLow, bool rightLow)
    {
        for (int k = 0; k < TensorCore.Depth; k++)
        {
            // A's row g is held by the four lanes of group g, B's column n by the four of group n.
            var a = lanes[lane / 4 * 4 + k % 4].A;
            float top = leftLow ? (k < 4 ? a.L0 : a.L2) : (k < 4 ? a.H0 : a.H2);
            float bottom = leftLow ? (k < 4 ? a.L1 : a.L3) : (k < 4 ? a.H1 : a.H3);
            Lane first = lanes[lane % 4 * 8 + k % 4], second = lanes[lane % 4 * 8 + 4 + k % 4];
            c.C0 = Add(c.C0, top, bottom, Part(first.B0, k, rightLow), Part(second.B0, k, rightLow));
            c.C1 = Add(c.C1, top, bottom, Part(first.B1, k, rightLow), Part(second.B1, k, rightLow));
            c.C2 = Add(c.C2, top, bottom, Part(first.B2, k, rightLow), Part(second.B2, k, rightLow));
            c.C3 = Add(c.C3, top, bottom, Part(first.B3, k, rightLow), Part(second.B3, k, rightLow));
        }

        return c;
    }

    public readonly void Dispose()
    {
        Warp.Barrier();
        if (lane == 0) NativeMemory.Free(lanes);
    }

    static float Part(RightFragment b, int k, bool low) => low ? (k < 4 ? b.L0 : b.L1) : (k < 4 ? b.H0 : b.H1);

    static Fragment4 Add(Fragment4 c, float top, float bottom, float left, float right)
    {
        c.S0 += top * left;
        c.S1 += top * right;
        c.S2 += bottom * left;
        c.S3 += bottom * right;
        return c;
    }

    struct Lane
    {
        public LeftFragment A;
        public RightFragment B0, B1, B2, B3;
    }
}
