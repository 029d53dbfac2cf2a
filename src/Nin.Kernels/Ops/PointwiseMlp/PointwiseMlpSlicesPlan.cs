using System.Numerics;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>How <see cref="PointwiseMlpSlices"/> cuts a batch into subtrees of slices, and how a worker's scratch is divided.</summary>
readonly struct PointwiseMlpSlicesPlan
{
    /// <summary>Pixels that go through all products together: whole tiles of any width, and few enough for the level-2 cache.</summary>
    public const int BlockPixels = 144;

    public PointwiseMlpSlicesPlan(WorkerPool pool, in PointwiseMlpSizes sizes, int batch)
    {
        Sizes = sizes;
        Slices = SliceTree.Slices(batch);
        Threads = pool.Threads;
        int threads = Threads, width = pool.Width;
        int pieceSlices = threads == 1 ? Slices : 1 << BitOperations.Log2((uint)Math.Clamp(Slices / (4 * threads), 1, Slices));
        PieceSlices = pieceSlices;
        Subtrees = Packing.CeilDivide(Slices, pieceSlices);

        // Activations are read as they lie, a tile's height of channels at a time; threads have slices to share or wait.
        int rounds = Packing.CeilDivide(Subtrees, threads);
        IsWorthwhile = Math.Min(sizes.Channels, sizes.Hidden) >= RegisterTile.Rows(width) && 4 * Subtrees >= 3 * threads * rounds;

        MaskedLength = Aligned((long)BlockPixels * sizes.Filters);
        HiddenLength = Aligned((long)BlockPixels * sizes.Hidden);
        SecondPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Filters, width));
        FirstPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Hidden, width));
        PanelLength = Aligned(PatchProduct.ScratchLength(width, Math.Max(sizes.Hidden, sizes.Channels), dense: true));
        PartialLength = Aligned(sizes.First.WeightLength + sizes.Hidden + sizes.Second.WeightLength + sizes.Filters);
        ScratchLength = MaskedLength + HiddenLength + SecondPackedLength + FirstPackedLength + PanelLength
            + SliceTree.Levels(pieceSlices) * PartialLength;
        WorkspaceLength = threads * ScratchLength + Subtrees * PartialLength;
    }

    /// <summary>Whether the threads are busy this way; where not, products one after the other share their work better.</summary>
    public bool IsWorthwhile { get; }

    public PointwiseMlpSizes Sizes { get; }

    public int Threads { get; }

    public int Slices { get; }

    /// <summary>Slices of one subtree, a power of two or all there are.</summary>
    public int PieceSlices { get; }

    public int Subtrees { get; }

    /// <summary>Floats of a block's masked dy, its dh, both packed, and the panels of a product by data.</summary>
    public long MaskedLength { get; }

    public long HiddenLength { get; }

    public long SecondPackedLength { get; }

    public long FirstPackedLength { get; }

    public long PanelLength { get; }

    /// <summary>Floats of all sums of a subtree: w1, b1, w2, b2, one behind the other.</summary>
    public long PartialLength { get; }

    /// <summary>Floats of one worker.</summary>
    public long ScratchLength { get; }

    public long WorkspaceLength { get; }

    static long Aligned(long length) => (length + 15) / 16 * 16;
}
