using System.Runtime.InteropServices;
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
