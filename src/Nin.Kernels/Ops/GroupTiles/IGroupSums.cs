using ILGPU;

namespace Nin.Ops;

/// <summary>
/// The sums that a thread keeps of its group's tile, and how it multiplies: a mutable struct of named numbers, so that each way is a kernel of
/// its own whose sums stay in registers.
/// </summary>
interface IGroupSums
{
    /// <summary>Blocks of four floats that stand free behind each step of k of the left operand, so that a warp's reads hit all banks.</summary>
    static abstract int LeftPad { get; }

    /// <summary>The same of the right operand.</summary>
    static abstract int RightPad { get; }

    /// <summary>Adds the products of a buffer.</summary>
    void Add<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape;

    /// <summary>Writes the thread's share of the tile.</summary>
    void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape;
}
