using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace Nin.Vectorized;

/// <summary>Which register tile goes with which width. Its columns are two registers; the last ones of a matrix may be one.</summary>
static unsafe class RegisterTile
{
    /// <summary>Floats of the largest tile: twelve rows of two 512-bit registers.</summary>
    public const int MaxLength = 12 * MaxColumns;

    /// <summary>Columns of the widest tile.</summary>
    public const int MaxColumns = 32;

    /// <summary>Rows of the tile at a width in bits: twelve where there are 32 registers, six where there are 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows(int width) => width == 512 || (width == 128 && AdvSimd.IsSupported) ? 12 : 6;

    /// <inheritdoc cref="Rows(int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rows<TLanes>()
        where TLanes : struct, ILanes<TLanes>
        => Rows(32 * TLanes.Count);

    /// <inheritdoc cref="ITile.Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<TLanes, TRow, TPanel>(in DepthRuns depth, float* a, float* b, in TileResult c)
        where TLanes : struct, ILanes<TLanes>
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
    {
        if (Rows<TLanes>() == 12)
        {
            Tile12.Multiply<TRow, TPanel>(depth, a, b, c);
        }
        else
        {
            Tile6.Multiply<TRow, TPanel>(depth, a, b, c);
        }
    }
}
