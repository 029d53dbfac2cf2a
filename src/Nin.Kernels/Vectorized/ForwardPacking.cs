using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>Packs weights <c>[depth, filters]</c> as B of a product, group by group. A piece is one block of the depth of one group.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* source = Weights + (nint)from * Filters + (nint)group * Columns;
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(Columns, 32 * TLanes.Count);
        for (int j = 0; j < Columns; j += 2 * TLanes.Count)
        {
            int width = Packing.PanelColumns(Columns - j, TLanes.Count);
            for (int k = 0; k < depth; k++)
            {
                float* row = source + (nint)k * Filters + j;
                for (int i = 0; i < width; i += TLanes.Count)
                {
                    TLanes.Load(row + i, Math.Clamp(Columns - j - i, 0, TLanes.Count)).Store(packed);
                    packed += TLanes.Count;
                }
            }
        }
    }
}
