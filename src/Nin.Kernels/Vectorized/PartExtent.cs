using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>The first lanes of a register; nothing behind them is read or written.</summary>
/// <param name="count">Lanes.</param>
readonly unsafe struct PartExtent(int count) : IExtent
{
    readonly int count = count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(float* source)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.Load(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(float* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes> =>
        value.Store(destination, count);
}
