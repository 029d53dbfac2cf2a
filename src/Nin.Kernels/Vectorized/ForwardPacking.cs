namespace Nin.Vectorized;

/// <summary>
/// Packs weights <c>[depth, filters]</c> as B of a product, group by group. A piece is one block of the depth of one group.
/// </summary>
unsafe struct ForwardPacking : ILanesJob
{
    public float* Weights;
    public int Filters;

    /// <summary>Filters of one group.</summary>
    public int Columns;
    public int Depth;
    public float* Packed;
    public nint PackedStep;

    /// <summary>Pieces of one group.</summary>
    public readonly int Blocks => Packing.CeilDivide(Depth, Packing.BlockDepth(Depth));

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* source = Weights + (nint)from * Filters + (nint)group * Columns;
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(Columns, 32 * TLanes.Count);
        PanelPacking.Pack<TLanes>(source, Filters, depth, Columns, packed, sums: null);
    }
}
