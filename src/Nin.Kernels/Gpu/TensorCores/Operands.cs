using ILGPU;

namespace Nin.Ops;

/// <summary>
/// Where a lane's elements of an operand's fragments begin in a buffer, in floats: those of four neighbouring fragments of eight rows (or columns), or of four neighbouring
/// groups of four steps of k. The XOR of <see cref="TensorTile{TShape}"/> makes them differ by more than a constant.
/// </summary>
struct FragmentPlaces
{
    public int P0, P1, P2, P3;
}

/// <summary>How the left operand lies in a buffer; a struct, so that each way is a kernel of its own.</summary>
interface ILeftOperand
{
    /// <summary>Where a lane's fragments begin.</summary>
    /// <param name="first">The first row of the warp.</param>
    /// <param name="vectors">Float4s of the rows.</param>
    static abstract FragmentPlaces Places(int first, int vectors);

    /// <summary>A fragment of 16 rows by 8 steps of k; <paramref name="half"/> and <paramref name="fragment"/> are constants.</summary>
    /// <param name="floats">Shared memory.</param>
    /// <param name="buffer">The first float of the buffer.</param>
    /// <param name="places">Where the lane's fragments begin.</param>
    /// <param name="half">Which eight of the sixteen steps.</param>
    /// <param name="fragment">Which 16 of the warp's rows.</param>
    static abstract LeftFragment Load<TShape, TProducts>(ArrayView<float> floats, int buffer, FragmentPlaces places, int half, int fragment)
        where TShape : struct, IWorkGroupShape
        where TProducts : struct, ITf32Products;
}

/// <summary><c>[rows][16 steps]</c>, as an im2col row lies in memory.</summary>
readonly struct RowsOfSteps : ILeftOperand
{
    /// <summary>The place of four steps of a row, in float4s.</summary>
    public static int Place(int row, int chunk) => row * 4 + (chunk ^ (row / 2 & 3));

    public static FragmentPlaces Places(int first, int vectors)
    {
        int group = (Group.IdxX & (TensorCore.Lanes - 1)) / 4, pair = Group.IdxX & 3;
        int at = (first + group) * TensorTile.Depth + pair, swap = group / 2;
        FragmentPlaces places;
        places.P0 = at + swap * Float4.Length;
        places.P1 = at + (1 ^ swap) * Float4.Length;
        places.P2 = at + (2 ^ swap) * Float4.Length;
        places.P3 = at + (3 ^ swap) * Float4.Length;
        return places;
    }

    public static LeftFragment Load<TShape, TProducts>(ArrayView<float> floats, int buffer, FragmentPlaces places, int half, int fragment)
        where TShape : struct, IWorkGroupShape
        where TProducts : struct, ITf32Products
    {
        ref float low = ref floats[buffer + (half == 0 ? places.P0 : places.P2)], high = ref floats[buffer + (half == 0 ? places.P1 : places.P3)];
        int at = fragment * TensorCore.Rows * TensorTile.Depth, below = at + 8 * TensorTile.Depth;
        return LeftFragment.Of<TProducts>(
            OffsetLoad.Of(ref low, at), OffsetLoad.Of(ref low, below), OffsetLoad.Of(ref high, at), OffsetLoad.Of(ref high, below));
    }
}

/// <summary><c>[16 steps][float4s]</c>, as packed weights and pixels lie in memory.</summary>
readonly struct StepsOfVectors : ILeftOperand
{
    /// <summary>The place of a float4 of a step, in float4s.</summary>
    public static int Place(int step, int vector, int vectors) => step * vectors + (vector ^ (step & 3) * 2);

    public static FragmentPlaces Places(int first, int vectors)
    {
        int group = (Group.IdxX & (TensorCore.Lanes - 1)) / 4, pair = Group.IdxX & 3;
        int at = pair * vectors * Float4.Length + first + group;
        FragmentPlaces places;
        places.P0 = at + pair * 8;
        places.P1 = at + (1 ^ pair) * 8;
        places.P2 = at + (2 ^ pair) * 8;
        places.P3 = at + (3 ^ pair) * 8;
        return places;
    }

    public static LeftFragment Load<TShape, TProducts>(ArrayView<float> floats, int buffer, FragmentPlaces places, int half, int fragment)
        where TShape : struct, IWorkGroupShape
        where TProducts : struct, ITf32Products
    {
        int step = 4 * TShape.Rows, at = half * 2 * step + fragment / 2 * 32;
        ref float top = ref floats[buffer + (fragment % 2 == 0 ? places.P0 : places.P2)], bottom = ref floats[buffer + (fragment % 2 == 0 ? places.P1 : places.P3)];
        return LeftFragment.Of<TProducts>(
            OffsetLoad.Of(ref top, at), OffsetLoad.Of(ref bottom, at), OffsetLoad.Of(ref top, at + step), OffsetLoad.Of(ref bottom, at + step));
    }
}
