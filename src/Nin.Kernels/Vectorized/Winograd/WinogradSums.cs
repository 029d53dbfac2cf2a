using System.Numerics;

namespace Nin.Vectorized;

/// <summary>
/// Adds the products of a run of tiles to the sums of their slice, point by point; behind the last run of a slice, closes sums in the order
/// of <see cref="SliceTree"/>. A piece is one point: <c>[channels, filters]</c>.
/// </summary>
unsafe struct WinogradSums : ILanesJob
{
    public float* Values;
    public int ChannelStep;
    public nint ValuesStep;
    public float* Gradients;
    public nint GradientsStep;
    public int Channels;
    public int Filters;

    /// <summary>Tiles of the run.</summary>
    public int Count;
    public int Slice;
    public bool IsFirstRun;
    public bool IsLastRun;
    public bool IsLastSlice;

    /// <summary>Open sums of a point, one behind the other; those of the next point are <see cref="StackStep"/> floats on.</summary>
    public float* Stacks;
    public nint StackStep;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* stack = Stacks + index * StackStep;
        long length = (long)Channels * Filters;
        int height = BitOperations.PopCount((uint)Slice);
        var product = new BlockProduct
        {
            Rows = Channels,
            Columns = Filters,
            Depth = Count,
            Runs = new DepthRuns(1, Count, ChannelStep),
            A = Values + index * ValuesStep,
            PanelStep = RegisterTile.Rows<TLanes>(),
            IsExact = true,
            B = Gradients + index * GradientsStep,
            C = stack + height * length,
            CStep = Filters,
            FromC = !IsFirstRun,
            Floor = float.NegativeInfinity,
        };
        product.Execute<TLanes, ColumnPanel>();
        if (IsLastRun)
        {
            SliceTree.Close<TLanes>(stack, length, height + 1, Slice, IsLastSlice);
        }
    }
}
