using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>
/// The macro-kernel of the matrix product: C <c>[Rows, Columns]</c> = (C or 0) + A <c>[Rows, Depth]</c> x B <c>[Depth, Columns]</c> over one block of the depth, B packed.
/// </summary>
/// <remarks>
/// One panel of B stays in the level-1 cache while the panels of A are read from level 2. A tile at the lower edge is computed in a
/// buffer, by the same chain of MulAdd, and the rows that exist are copied.
/// </remarks>
unsafe struct MacroKernel
{
    public int Rows;
    public int Columns;

    /// <summary>Steps of the depth that B is packed for.</summary>
    public int Depth;

    /// <summary>The steps that are multiplied.</summary>
    public DepthRuns Runs;

    /// <summary>
    /// Panels of <see cref="MicroKernel.Rows{TLanes}"/> rows, <see cref="PanelStep"/> floats apart; rows that do not exist are readable,
    /// unless <see cref="IsExact"/>.
    /// </summary>
    public float* A;
    public nint PanelStep;

    /// <summary>
    /// True where A's rows are contiguous in memory that is not ours after the last one: a tile that would go beyond the end is moved
    /// back.
    /// </summary>
    public bool IsExact;

    /// <summary>Rows before A that may be read for that.</summary>
    public int RowsBefore;

    /// <summary>One depth block of <see cref="Packing"/>.</summary>
    public float* B;
    public float* C;
    public nint CStep;

    /// <summary>True to accumulate onto what C holds, false to start from zero.</summary>
    public bool FromC;

    /// <summary>Floats from C to what the sums start from in that case; 0 where that is C itself. It has C's layout.</summary>
    public nint FromOffset;

    /// <summary>What happens to the sums: <see cref="TileEpilogue.None"/> while the depth is not done.</summary>
    public TileEpilogue Epilogue;

    /// <summary>Whether whole tiles are stored past the caches; columns are whole registers then, and the sums are finished.</summary>
    public bool Past;

    /// <summary>What is prefetched tile by tile, for the work that comes next.</summary>
    public ReadAhead Ahead;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes, TPanel>()
        where TLanes : struct, ILanes<TLanes>
        where TPanel : struct, IPanel
    {
        ReadAhead ahead = Ahead;
        ahead.Spread(Packing.CeilDivide(Rows, MicroKernel.Rows<TLanes>()) * Packing.CeilDivide(Columns, 2 * TLanes.Count));
        for (int j = 0, width; j < Columns; j += width)
        {
            width = Packing.PanelColumns(Columns - j, TLanes.Count);
            if (width > TLanes.Count) Column<TLanes, LanesPair<TLanes>, TPanel>(j, ref ahead);
            else if (width == TLanes.Count) Column<TLanes, TLanes, TPanel>(j, ref ahead);
            else Column<TLanes, Lanes256, TPanel>(j, ref ahead);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Column<TLanes, TRow, TPanel>(int j, ref ReadAhead ahead)
        where TLanes : struct, ILanes<TLanes>
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
    {
        float* zeros = stackalloc float[MicroKernel.MaxColumns];
        float* bias = stackalloc float[MicroKernel.MaxColumns];
        int columns = Math.Min(TRow.Count, Columns - j);
        TRow.Zero.Store(zeros);
        (Epilogue.Bias is null ? TRow.Broadcast(-0f) : TRow.Load(Epilogue.Bias + j, columns)).Store(bias);

        var result = new MicroTileResult { From = zeros, Bias = bias, Floor = Epilogue.Floor, Ceiling = Epilogue.Ceiling, FromStep = FromC ? CStep : 0, ToStep = CStep };
        float* b = B + (nint)Depth * j + Runs.First * TRow.Count;
        float* a = A;
        for (int i = 0; i < Rows;)
        {
            int height = MicroKernel.TileRows<TLanes>(Rows - i), rows = Math.Min(height, Rows - i);
            result.To = C + i * CStep + j;
            ahead.Next(Runs.Count * Runs.Length, b, ref result);
            // Parts of two registers go through the buffer: with twelve masked stores of 28 columns a product of depth 96 took an eighth longer.
            if (rows == height && (columns == TRow.Count || columns <= TLanes.Count))
            {
                result.From = FromC ? result.To + FromOffset : zeros;
                if (Past) MicroKernel.Multiply<TRow, TPanel, PastExtent>(height, Runs, a, b, result, default);
                else if (columns == TRow.Count) MicroKernel.Multiply<TRow, TPanel, WholeExtent>(height, Runs, a, b, result, default);
                else MicroKernel.Multiply<TRow, TPanel, PartExtent>(height, Runs, a, b, result, new PartExtent(columns));
            }
            else
            {
                int skipped = IsExact ? Math.Min(height - rows, RowsBefore + i) : 0;
                Edge<TRow, TPanel>(height, skipped, rows, columns, a - skipped, b, result);
            }

            if (!Epilogue.Activation.IsNone) Epilogue.Activation.Apply(result.To, CStep, rows, columns);
            a += rows == MicroKernel.Rows<TLanes>() ? PanelStep : rows * TPanel.RowStep;
            i += rows;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Edge<TRow, TPanel>(int height, int skipped, int rows, int columns, float* a, float* b, in MicroTileResult part)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
    {
        float* tile = stackalloc float[MicroKernel.MaxLength];
        float* kept = tile + skipped * TRow.Count;
        for (int i = 0; i < height; i++)
        {
            TRow.Zero.Store(tile + i * TRow.Count);
        }

        for (int i = 0; FromC && i < rows; i++)
        {
            TRow.Load(part.To + FromOffset + i * part.ToStep, columns).Store(kept + i * TRow.Count);
        }

        MicroTileResult whole = part;
        whole.From = whole.To = tile;
        whole.FromStep = whole.ToStep = TRow.Count;
        MicroKernel.Multiply<TRow, TPanel, WholeExtent>(height, Runs, a, b, whole, default);
        for (int i = 0; i < rows; i++)
        {
            TRow.Load(kept + i * TRow.Count).Store(part.To + i * part.ToStep, columns);
        }
    }
}

/// <summary>
/// The steps of the depth that one tile takes: all of a packed block, or runs of it. Between two runs are steps whose factors in A are
/// zeros that are not stored: pixels of a window that extend beyond the edge of the image.
/// </summary>
/// <param name="Count">Number of runs.</param>
/// <param name="Length">Steps of a run.</param>
/// <param name="Step">Floats of A from one step to the next.</param>
readonly record struct DepthRuns(int Count, int Length, nint Step)
{
    /// <summary>Steps before the first run.</summary>
    public int First { get; init; }

    /// <summary>Steps of B from the end of a run to the next.</summary>
    public int Gap { get; init; }

    /// <summary>Floats of A from the end of a run to the next.</summary>
    public nint Skip { get; init; }
}

/// <summary>
/// A run of memory, or two, that is prefetched into the cache a little at a time during a product, so that the arithmetic units need not wait when
/// the work after it begins. It does not affect what is computed, and does nothing on machines without prefetch.
/// </summary>
unsafe struct ReadAhead(float* from, long length)
{
    const int LineLength = 16;

    float* next = from;
    long length = length;
    float* second;
    long secondLength;
    long step;

    /// <summary>What comes after it.</summary>
    public readonly ReadAhead Then(float* from, long length) => this with { second = from, secondLength = length };

    /// <summary>Divides all of it among the tiles of a product.</summary>
    public void Spread(int tiles)
    {
        long all = length + secondLength;
        step = all > 0 ? Packing.RoundUp(Packing.CeilDivide(all, tiles), LineLength) : 0;
    }

    /// <summary>Prefetches one cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* at)
    {
        if (Sse.IsSupported) Sse.Prefetch1(at);
    }

    /// <summary>
    /// Gives a tile its share, spread over its steps: a processor that has many lines on their way waits with what comes after them, so that lines asked
    /// for at once would arrive before the arithmetic goes on.
    /// </summary>
    public void Next(int steps, float* idle, ref MicroTileResult tile)
    {
        if (length <= 0)
        {
            next = second;
            (length, secondLength) = (secondLength, 0);
        }

        long share = steps > 0 ? Math.Min(step, length) : 0, spread = Math.Min(share, (long)steps * LineLength);
        tile.Ahead = share > 0 ? next : idle;
        tile.AheadStep = share > 0 ? Packing.CeilDivide(spread, steps) : 0;
        // A step has one line: what is more than that cannot wait.
        for (float* at = next + spread, end = next + share; at < end; at += LineLength) Line(at);
        next += share;
        length -= share;
    }
}
