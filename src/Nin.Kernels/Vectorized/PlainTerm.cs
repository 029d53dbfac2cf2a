using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>The element itself.</summary>
readonly unsafe struct PlainTerm(float* x) : IChannelTerm
{
    readonly float* x = x;

    public static bool HasSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        first += extent.Load<TLanes>(x + at);
}
