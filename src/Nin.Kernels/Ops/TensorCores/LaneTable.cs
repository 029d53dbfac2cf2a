using System.Runtime.InteropServices;
using ILGPU;

namespace Nin.Ops;

/// <summary>
/// The operands of all lanes of a warp, for the emulation of a matrix instruction: each lane writes its own to a table, whose place the first
/// lane tells the others.
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

    /// <summary>Adds the products of rests or TF32 parts.</summary>
    public readonly FragmentRow MultiplyAdd(FragmentRow c, bool leftRest, bool rightRest)
    {
        for (int k = 0; k < TensorCore.Depth; k++)
        {
            // A's row g is held by the four lanes of group g, B's column n by the four of group n.
            var a = lanes[lane / 4 * 4 + k % 4].A;
            float low = leftRest ? (k < 4 ? a.L0 : a.L2) : (k < 4 ? a.H0 : a.H2);
            float high = leftRest ? (k < 4 ? a.L1 : a.L3) : (k < 4 ? a.H1 : a.H3);
            Lane first = lanes[lane % 4 * 8 + k % 4], second = lanes[lane % 4 * 8 + 4 + k % 4];
            c.C0 = Add(c.C0, low, high, Part(first.B0, k, rightRest), Part(second.B0, k, rightRest));
            c.C1 = Add(c.C1, low, high, Part(first.B1, k, rightRest), Part(second.B1, k, rightRest));
            c.C2 = Add(c.C2, low, high, Part(first.B2, k, rightRest), Part(second.B2, k, rightRest));
            c.C3 = Add(c.C3, low, high, Part(first.B3, k, rightRest), Part(second.B3, k, rightRest));
        }

        return c;
    }

    public readonly void Dispose()
    {
        Warp.Barrier();
        if (lane == 0) NativeMemory.Free(lanes);
    }

    static float Part(RightFragment b, int k, bool rest) => rest ? (k < 4 ? b.L0 : b.L1) : (k < 4 ? b.H0 : b.H1);

    static Fragment4 Add(Fragment4 c, float low, float high, float left, float right)
    {
        c.S0 += low * left;
        c.S1 += low * right;
        c.S2 += high * left;
        c.S3 += high * right;
        return c;
    }

    struct Lane
    {
        public LeftFragment A;
        public RightFragment B0, B1, B2, B3;
    }
}
