using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// How much of a register an access touches: all lanes (<see cref="WholeExtent"/>) or the first few (<see cref="PartExtent"/>). A kernel
/// written over it is the same code for the body of a row and for its tail, and so computes the same in both.
/// </summary>
unsafe interface IExtent
{
    TLanes Load<TLanes>(float* source)
        where TLanes : struct, ILanes<TLanes>;

    void Store<TLanes>(float* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>;

    TLanes LoadBytes<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes>;

    void StoreBytes<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>;
}

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

/// <summary>The first lanes of a register; nothing after them is read or written.</summary>
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    public TLanes LoadBytes<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes>
    {
        byte* lanes = stackalloc byte[TLanes.Count];
        for (int i = 0; i < TLanes.Count; i++) lanes[i] = i < count ? source[i] : (byte)0;
        return TLanes.LoadBytes(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void StoreBytes<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>
    {
        byte* lanes = stackalloc byte[TLanes.Count];
        value.StoreBytes(lanes);
        for (int i = 0; i < count; i++) destination[i] = lanes[i];
    }
}
