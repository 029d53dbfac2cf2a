using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary><c>dx[picked] += dy</c> over the taps of a window.</summary>
static unsafe class PoolScatter
{
    /// <summary>Adds a gradient to one tap of each channel.</summary>
    /// <param name="window">The window.</param>
    /// <param name="c">First channel.</param>
    /// <param name="extent">How many channels.</param>
    /// <param name="picked">The tap of each channel, from 0; one that no tap has adds nothing.</param>
    /// <param name="gradient">What to add.</param>
    /// <param name="dx">The whole input's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent, TLanes picked, TLanes gradient, float* dx)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes ordinal = TLanes.Zero, one = TLanes.Broadcast(1);
        float* taps = dx + window.Input + c;
        for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
        {
            float* tap = taps;
            for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
            {
                TLanes before = extent.Load<TLanes>(tap);
                extent.Store(tap, TLanes.Select(TLanes.Equal(picked, ordinal), before + gradient, before));
                ordinal += one;
            }
        }
    }
}
