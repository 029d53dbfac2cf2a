using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// Packs weights <c>[kH, kW, channels, filters]</c> as B <c>[(tap row, tap column, filter), channel]</c> of a gradient of data: the taps
/// of one class, against their order, and transposed. A piece is one block of the depth of one group.
/// </summary>
unsafe struct DataPacking : ILanesJob
{
    public float* Weights;
    public StrideClass Rows;
    public StrideClass Columns;
    public int Kernel;
    public int GroupChannels;
    public int GroupFilters;
    public int Filters;
    public float* Packed;
    public nint PackedStep;

    public readonly int Depth => Rows.Taps * Columns.Taps * GroupFilters;

    /// <summary>Pieces of one group.</summary>
    public readonly int Blocks => Packing.CeilDivide(Depth, Packing.BlockDepth(Depth));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(GroupChannels, 32 * TLanes.Count);
        for (int j = 0; j < GroupChannels; j += 2 * TLanes.Count)
        {
            int width = Packing.PanelColumns(GroupChannels - j, TLanes.Count);
            int channels = Math.Min(width, GroupChannels - j);
            for (int k = from; k < from + depth; k++)
            {
                float* row = Filter(k, group) + (nint)j * Filters;
                for (int i = 0; i < channels; i++)
                {
                    packed[i] = row[(nint)i * Filters];
                }

                new Span<float>(packed + channels, width - channels).Clear();
                packed += width;
            }
        }
    }

    // The weight of channel 0 for one step of the depth.
    readonly float* Filter(int k, int group)
    {
        int place = k / GroupFilters;
        int tapRow = Rows.TapAt(place / Columns.Taps);
        int tapColumn = Columns.TapAt(place % Columns.Taps);
        return Weights + ((nint)tapRow * Kernel + tapColumn) * GroupChannels * Filters + (nint)group * GroupFilters + k % GroupFilters;
    }
}
