using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>All lanes of a register.</summary>
readonly unsafe struct WholeExtent : IExtent
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(float* source)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(float* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes> =>
        value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LoadBytes<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.LoadBytes(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes> =>
        value.StoreBytes(destination);
}
