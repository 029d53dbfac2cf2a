using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>What every width of register can do, said once.</summary>
static class Lanes
{
    /// <inheritdoc cref="ILanes{TSelf}.MulAdd"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes MulAdd<TLanes>(float a, TLanes b, TLanes addend)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.MulAdd(TLanes.Broadcast(a), b, addend);
}
