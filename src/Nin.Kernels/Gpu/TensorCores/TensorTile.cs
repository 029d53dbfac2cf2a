using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>What all tiles on tensor cores share.</summary>
static class TensorTile
{
    /// <summary>Steps of k in a buffer of shared memory, and buffers: one is multiplied while the two after it are being copied.</summary>
    public const int Depth = 16, Buffers = 3;
}

/// <summary>
/// The tile of a work-group on tensor cores, and where its operands lie in shared memory: the left one, then the right one, in each of three buffers. No padding, with
/// which they would take more than 48 KiB: within each 128 bytes the float4s are swizzled, by an XOR of their number, so that what a warp reads or writes at a
/// time is in different banks. Places count float4s.
/// </summary>
static class TensorTile<TShape>
    where TShape : struct, IWorkGroupShape
{
    const int WarpRows = 64, NarrowColumns = 32;

    public static int Threads => TShape.Rows / WarpRows * WarpsAcross * TensorCore.Lanes;

    /// <summary>256 registers per thread in the largest tile, of which a warp computes 64 columns, and 168 in the others, where it computes 32.</summary>
    public static KernelSpecialization Specialization => new(Threads, (WarpColumns > NarrowColumns ? 256 : 384) / Threads);

    public static int WarpColumns => TShape.Rows == 128 && TShape.Columns == 128 ? 2 * NarrowColumns : NarrowColumns;

    static int WarpsAcross => TShape.Columns / WarpColumns;

    /// <summary>Float4s of the rows.</summary>
    public static int RowVectors => TShape.Rows / Float4.Length;

    /// <summary>Float4s of the columns.</summary>
    public static int ColumnVectors => TShape.Columns / Float4.Length;

    /// <summary>The right operand's place in a buffer.</summary>
    public static int Right => TensorTile.Depth * RowVectors;

    /// <summary>Length of a buffer.</summary>
    public static int Buffer => TensorTile.Depth * (RowVectors + ColumnVectors);

    /// <summary>The buffer after one.</summary>
    public static int After(int buffer) => buffer == (TensorTile.Buffers - 1) * Buffer ? 0 : buffer + Buffer;

    /// <summary>The first row that a thread's warp computes.</summary>
    public static int WarpRow => WorkGroupBuffer.Divide(Group.IdxX / TensorCore.Lanes, WarpsAcross) * WarpRows;

    /// <summary>The first column that a thread's warp computes.</summary>
    public static int WarpColumn => (Group.IdxX / TensorCore.Lanes - WarpRow / WarpRows * WarpsAcross) * WarpColumns;
}
