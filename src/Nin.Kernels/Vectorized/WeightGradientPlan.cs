using System.Numerics;

namespace Nin.Vectorized;

/// <summary>
/// How a gradient of weights, <c>[groups][rows, columns]</c> summed over the slices of a batch, is cut into pieces: blocks of rows, and
/// subtrees of the slices where blocks alone are too few for the threads. The cut changes no bit: see <see cref="SliceTree"/>.
/// </summary>
readonly struct WeightGradientPlan
{
    public const int MaxPanels = 16;

    /// <summary>Patches that are gathered before they are dealt out to the panels.</summary>
    public const int PatchesAtOnce = 16;

    /// <summary>Floats behind each panel that a copy in whole registers may overwrite.</summary>
    public const int PanelGap = 16;

    public WeightGradientPlan(WorkerPool pool, int groups, int rows, int columns, int batch)
    {
        (Groups, Rows, Columns, Slices) = (groups, rows, columns, SliceTree.Slices(batch));
        int tile = RegisterTile.Rows(pool.Width);
        int panels = Packing.CeilDivide(rows, tile);
        int wanted = pool.Threads == 1 ? 1 : 4 * pool.Threads;

        // Each block reads and packs dy anew: no more blocks than give the threads equal shares, or many.
        RowBlocks = Packing.CeilDivide(panels, MaxPanels);
        while (RowBlocks < panels && (long)Slices * groups * RowBlocks is var pieces && pieces < wanted && pieces % pool.Threads != 0)
        {
            RowBlocks++;
        }

        BlockRows = Packing.CeilDivide(panels, RowBlocks) * tile;
        RowBlocks = Packing.CeilDivide(rows, BlockRows);

        long perPiece = (long)Slices * groups * RowBlocks / wanted;
        PieceSlices = pool.Threads == 1 ? Slices : 1 << BitOperations.Log2((uint)Math.Clamp(perPiece, 1, Slices));
        Subtrees = Packing.CeilDivide(Slices, PieceSlices);

        PanelLength = (long)BlockRows * RowPanel.MaxDepth + BlockRows / tile * PanelGap + RegisterTile.MaxColumns;
        PixelLength = (long)RowPanel.MaxDepth * Packing.PaddedColumns(columns, pool.Width);
        PatchStep = BlockRows + RegisterTile.MaxColumns;
        PatchLength = PatchesAtOnce * PatchStep;
        StackLength = SliceTree.Levels(PieceSlices) * (BlockRows + 1L) * columns;
        Threads = pool.Threads;
    }

    public int Groups { get; }

    /// <summary>Rows of one group: kernel rows x kernel columns x channels.</summary>
    public int Rows { get; }

    /// <summary>Filters of one group.</summary>
    public int Columns { get; }

    public int Slices { get; }

    public int BlockRows { get; }

    public int RowBlocks { get; }

    /// <summary>Slices of one subtree, a power of two or all there are.</summary>
    public int PieceSlices { get; }

    public int Subtrees { get; }

    public int Blocks => Groups * RowBlocks;

    /// <summary>Scratch memory of one worker, in floats: the packed rows, the packed pixels, some patches, open partial sums.</summary>
    public long PanelLength { get; }

    public long PixelLength { get; }

    public int PatchStep { get; }

    public long PatchLength { get; }

    public long StackLength { get; }

    public long ScratchLength => PanelLength + PixelLength + PatchLength + StackLength;

    /// <summary>Sums of one subtree: the rows of each group, and the gradient of the bias as one more row.</summary>
    public long PartialLength => (long)Groups * (Rows + 1) * Columns;

    public long WorkspaceLength => Threads * ScratchLength + (Subtrees > 1 ? Subtrees * PartialLength : 0);

    int Threads { get; }
}
