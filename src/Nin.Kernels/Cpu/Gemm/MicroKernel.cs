using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace Nin.Ops;

/// <summary>The micro-kernel of the matrix product: which tile is used at which width. Its columns are two registers; the last ones of a matrix may be one.</summary>
static unsafe class MicroKernel
{
    /// <summary>Floats of the largest tile: twelve rows of two 512-bit registers.</summary>
    public const int MaxLength = 12 * MaxColumns;

    /// <summary>Columns of the widest tile.</summary>
    public const int MaxColumns = 32;

    /// <summary>Columns of a cache line.</summary>
    public const int LineColumns = 16;

    /// <summary>Rows of the tile at a width in bits: twelve where there are 32 registers, six where there are 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows(int width) => width == 512 || (width == 128 && AdvSimd.IsSupported) ? 12 : 6;

    /// <inheritdoc cref="Rows(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows<TLanes>()
        where TLanes : struct, ILanes<TLanes>
        => Rows(32 * TLanes.Count);

    /// <summary>
    /// Rows of the tile that begins where <paramref name="left"/> rows are left: the last ones have lower tiles, since a product of one example may have no others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TileRows<TLanes>(int left)
        where TLanes : struct, ILanes<TLanes>
        => left >= Rows<TLanes>() ? Rows<TLanes>() : left <= 4 ? 4 : left <= 10 ? 6 : 12;

    /// <inheritdoc cref="IMicroTile.Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<TRow, TPanel, TExtent>(int rows, in DepthRuns depth, float* a, float* b, in MicroTileResult c, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
        where TExtent : struct, IExtent
    {
        if (rows == 12) MicroTile12.Multiply<TRow, TPanel, TExtent>(depth, a, b, c, extent);
        else if (rows == 6) MicroTile6.Multiply<TRow, TPanel, TExtent>(depth, a, b, c, extent);
        else MicroTile4.Multiply<TRow, TPanel, TExtent>(depth, a, b, c, extent);
    }
}

/// <summary>
/// What happens to a finished sum: it is stored as <c>min(Ceiling, max(Floor, sum + Bias))</c>, and then <see cref="Activation"/> reads it.
/// </summary>
/// <param name="bias">One float per column, or null.</param>
/// <param name="floor">Lower limit of the result: 0 for ReLU, minus infinity for none.</param>
/// <param name="ceiling">Upper limit of the result: 6 for ReLU6, infinity for none.</param>
/// <param name="activation">Applied to what is stored.</param>
readonly unsafe struct TileEpilogue(float* bias, float floor, float ceiling = float.PositiveInfinity, RowActivation activation = default)
{
    /// <summary>One float per column, or null.</summary>
    public readonly float* Bias = bias;

    /// <summary>Lower limit of the result.</summary>
    public readonly float Floor = floor;

    /// <summary>Upper limit of the result.</summary>
    public readonly float Ceiling = ceiling;

    /// <summary>Applied to whole rows of a tile after they are stored; the micro-kernel does not know of it.</summary>
    public readonly RowActivation Activation = activation;

    /// <summary>The sum itself.</summary>
    public static TileEpilogue None => new(null, float.NegativeInfinity);

    /// <summary>Bias, or null for none, and an activation in place. A ReLU6 has no need of a second look at what is stored.</summary>
    public static TileEpilogue Of<TActivation>(float* bias, TActivation* activation, int width, nint offset)
        where TActivation : unmanaged, IActivation =>
        typeof(TActivation) == typeof(Relu6) && offset == 0
            ? new(bias, 0, 6)
            : new(bias, float.NegativeInfinity, activation: RowActivation.Of(activation, width, offset));

    /// <summary>Bias, or null for none, and ReLU or none.</summary>
    public static TileEpilogue Of(float* bias, bool relu) => new(bias, relu ? 0 : float.NegativeInfinity);

    /// <summary>The same for the columns from <paramref name="column"/> on.</summary>
    public TileEpilogue From(int column) => new(Bias is null ? null : Bias + column, Floor, Ceiling, Activation);
}

/// <summary>
/// Where a block of C starts from, and where <c>min(Ceiling, max(Floor, block + Bias))</c>, its <see cref="TileEpilogue"/>, goes. Steps are floats from row to row.
/// </summary>
/// <remarks>
/// One form for all ends of a tile, without branches: a new sum starts from a row of zeros with step 0; no bias is a row of -0, the
/// one value that changes nothing when added; no ReLU is a floor of minus infinity, and no ReLU6 a ceiling of infinity.
/// </remarks>
unsafe struct MicroTileResult
{
    public float* From;
    public nint FromStep;
    public float* To;
    public nint ToStep;
    public float* Bias;
    public float Floor;
    public float Ceiling;

    /// <summary>What is prefetched: at each step of the depth the cache line of <see cref="Ahead"/>, which then moves on by so many floats.</summary>
    public float* Ahead;
    public nint AheadStep;
}

/// <summary>
/// A micro-kernel's tile: a block of C that stays in registers over the whole depth.
/// </summary>
/// <remarks>
/// <code>
///                    row of B: TRow.Count floats
///                  [ b0 b1 b2 ........... ]
///   column of A  a0  c0                        C block, Rows x TRow.Count:
///                a1  c1                        c_i += a_i * b   for every step of the depth
///                ..  ..
/// </code>
/// Each element is one chain of MulAdd in the order of the depth, which starts from what is loaded: a depth cut into blocks that
/// are stored and loaded again gives the same bits as an uncut one.
/// </remarks>
unsafe interface IMicroTile
{
    static abstract int Rows { get; }

    /// <param name="depth">Steps of the sum.</param>
    /// <param name="a"><see cref="Rows"/> x the steps of the depth, rows as far apart as <typeparamref name="TPanel"/> says; all of it
    /// is read.</param>
    /// <param name="b">As many rows of <c>TRow.Count</c> floats, one after the other but for gaps.</param>
    /// <param name="c">Where the block comes from and goes to.</param>
    /// <param name="extent">The columns of C that exist; all of B's are read.</param>
    static abstract void Multiply<TRow, TPanel, TExtent>(in DepthRuns depth, float* a, float* b, in MicroTileResult c, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
        where TExtent : struct, IExtent;
}

/// <summary>Four rows: the last ones of a matrix.</summary>
readonly unsafe struct MicroTile4 : IMicroTile
{
    public static int Rows => 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, TPanel, TExtent>(in DepthRuns depth, float* a, float* b, in MicroTileResult c, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
        where TExtent : struct, IExtent
    {
        TRow c0 = extent.Load<TRow>(c.From);
        TRow c1 = extent.Load<TRow>(c.From + c.FromStep);
        TRow c2 = extent.Load<TRow>(c.From + 2 * c.FromStep);
        TRow c3 = extent.Load<TRow>(c.From + 3 * c.FromStep);

        int length = depth.Length;
        float* ahead = c.Ahead;
        nint aheadStep = c.AheadStep;
        nint step = depth.Step;
        for (int run = depth.Count; run > 0; run--)
        {
            for (float* end = b + (nint)length * TRow.Count; b < end; b += TRow.Count)
            {
                TRow row = TRow.Load(b);
                TRow.Accumulate(ref c0, TRow.Broadcast(*a), row);
                TRow.Accumulate(ref c1, TRow.Broadcast(a[TPanel.RowStep]), row);
                TRow.Accumulate(ref c2, TRow.Broadcast(a[2 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c3, TRow.Broadcast(a[3 * TPanel.RowStep]), row);
                a += step;
                ReadAhead.Line(ahead);
                ahead += aheadStep;
            }

            a += depth.Skip;
            b += depth.Gap * TRow.Count;
        }

        TRow bias = TRow.Load(c.Bias);
        TRow floor = TRow.Broadcast(c.Floor), ceiling = TRow.Broadcast(c.Ceiling);
        float* to = c.To;
        extent.Store(to, TRow.Min(ceiling, TRow.Max(floor, c0 + bias)));
        extent.Store(to + c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c1 + bias)));
        extent.Store(to + 2 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c2 + bias)));
        extent.Store(to + 3 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c3 + bias)));
    }
}

/// <summary>Six rows: two registers wide, 12 accumulators of the 16 registers that AVX2 and SSE have.</summary>
readonly unsafe struct MicroTile6 : IMicroTile
{
    public static int Rows => 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, TPanel, TExtent>(in DepthRuns depth, float* a, float* b, in MicroTileResult c, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
        where TExtent : struct, IExtent
    {
        TRow c0 = extent.Load<TRow>(c.From);
        TRow c1 = extent.Load<TRow>(c.From + c.FromStep);
        TRow c2 = extent.Load<TRow>(c.From + 2 * c.FromStep);
        TRow c3 = extent.Load<TRow>(c.From + 3 * c.FromStep);
        TRow c4 = extent.Load<TRow>(c.From + 4 * c.FromStep);
        TRow c5 = extent.Load<TRow>(c.From + 5 * c.FromStep);

        int length = depth.Length;
        float* ahead = c.Ahead;
        nint aheadStep = c.AheadStep;
        nint step = depth.Step;
        for (int run = depth.Count; run > 0; run--)
        {
            for (float* end = b + (nint)length * TRow.Count; b < end; b += TRow.Count)
            {
                TRow row = TRow.Load(b);
                TRow.Accumulate(ref c0, TRow.Broadcast(*a), row);
                TRow.Accumulate(ref c1, TRow.Broadcast(a[TPanel.RowStep]), row);
                TRow.Accumulate(ref c2, TRow.Broadcast(a[2 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c3, TRow.Broadcast(a[3 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c4, TRow.Broadcast(a[4 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c5, TRow.Broadcast(a[5 * TPanel.RowStep]), row);
                a += step;
                ReadAhead.Line(ahead);
                ahead += aheadStep;
            }

            a += depth.Skip;
            b += depth.Gap * TRow.Count;
        }

        TRow bias = TRow.Load(c.Bias);
        TRow floor = TRow.Broadcast(c.Floor), ceiling = TRow.Broadcast(c.Ceiling);
        float* to = c.To;
        extent.Store(to, TRow.Min(ceiling, TRow.Max(floor, c0 + bias)));
        extent.Store(to + c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c1 + bias)));
        extent.Store(to + 2 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c2 + bias)));
        extent.Store(to + 3 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c3 + bias)));
        extent.Store(to + 4 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c4 + bias)));
        extent.Store(to + 5 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c5 + bias)));
    }
}

/// <summary>Twelve rows: two registers wide, 24 accumulators of the 32 registers that AVX-512 and ARM64 have.</summary>
readonly unsafe struct MicroTile12 : IMicroTile
{
    public static int Rows => 12;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, TPanel, TExtent>(in DepthRuns depth, float* a, float* b, in MicroTileResult c, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
        where TExtent : struct, IExtent
    {
        TRow c0 = extent.Load<TRow>(c.From);
        TRow c1 = extent.Load<TRow>(c.From + c.FromStep);
        TRow c2 = extent.Load<TRow>(c.From + 2 * c.FromStep);
        TRow c3 = extent.Load<TRow>(c.From + 3 * c.FromStep);
        TRow c4 = extent.Load<TRow>(c.From + 4 * c.FromStep);
        TRow c5 = extent.Load<TRow>(c.From + 5 * c.FromStep);
        TRow c6 = extent.Load<TRow>(c.From + 6 * c.FromStep);
        TRow c7 = extent.Load<TRow>(c.From + 7 * c.FromStep);
        TRow c8 = extent.Load<TRow>(c.From + 8 * c.FromStep);
        TRow c9 = extent.Load<TRow>(c.From + 9 * c.FromStep);
        TRow c10 = extent.Load<TRow>(c.From + 10 * c.FromStep);
        TRow c11 = extent.Load<TRow>(c.From + 11 * c.FromStep);

        int length = depth.Length;
        float* ahead = c.Ahead;
        nint aheadStep = c.AheadStep;
        nint step = depth.Step;
        for (int run = depth.Count; run > 0; run--)
        {
            for (float* end = b + (nint)length * TRow.Count; b < end; b += TRow.Count)
            {
                TRow row = TRow.Load(b);
                TRow.Accumulate(ref c0, TRow.Broadcast(*a), row);
                TRow.Accumulate(ref c1, TRow.Broadcast(a[TPanel.RowStep]), row);
                TRow.Accumulate(ref c2, TRow.Broadcast(a[2 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c3, TRow.Broadcast(a[3 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c4, TRow.Broadcast(a[4 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c5, TRow.Broadcast(a[5 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c6, TRow.Broadcast(a[6 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c7, TRow.Broadcast(a[7 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c8, TRow.Broadcast(a[8 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c9, TRow.Broadcast(a[9 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c10, TRow.Broadcast(a[10 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c11, TRow.Broadcast(a[11 * TPanel.RowStep]), row);
                a += step;
                ReadAhead.Line(ahead);
                ahead += aheadStep;
            }

            a += depth.Skip;
            b += depth.Gap * TRow.Count;
        }

        TRow bias = TRow.Load(c.Bias);
        TRow floor = TRow.Broadcast(c.Floor), ceiling = TRow.Broadcast(c.Ceiling);
        float* to = c.To;
        extent.Store(to, TRow.Min(ceiling, TRow.Max(floor, c0 + bias)));
        extent.Store(to + c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c1 + bias)));
        extent.Store(to + 2 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c2 + bias)));
        extent.Store(to + 3 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c3 + bias)));
        extent.Store(to + 4 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c4 + bias)));
        extent.Store(to + 5 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c5 + bias)));
        extent.Store(to + 6 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c6 + bias)));
        extent.Store(to + 7 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c7 + bias)));
        extent.Store(to + 8 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c8 + bias)));
        extent.Store(to + 9 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c9 + bias)));
        extent.Store(to + 10 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c10 + bias)));
        extent.Store(to + 11 * c.ToStep, TRow.Min(ceiling, TRow.Max(floor, c11 + bias)));
    }
}
