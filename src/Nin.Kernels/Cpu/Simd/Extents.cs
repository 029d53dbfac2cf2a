using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

/// <summary>
/// All lanes of a register, stored past the caches: for results that none could hold until they are read, and that a plain store would first read from
/// memory, a cache line at a time. A thread that has stored so calls <see cref="Fence"/> before it says that it is done.
/// </summary>
readonly unsafe struct PastExtent : IExtent
{
    // Below, a good part is still in a cache when it is read; each core brings a cache of its own.
    const long LeastBytes = 24 << 20, BytesOfThread = 2 << 20;

    const int LineBytes = 64;

    /// <summary>Whether results are so large, and stored in whole cache lines: two registers of 128 bits are not one.</summary>
    public static bool Suits(WorkerPool pool, float* results, long rows, int channels) =>
        Sse.IsSupported && pool.Width >= 256 && rows * channels * sizeof(float) >= Math.Max(LeastBytes, pool.Threads * BytesOfThread)
        && channels * sizeof(float) % LineBytes == 0 && (nint)results % LineBytes == 0;

    /// <summary>Makes what was stored visible: such stores are weakly ordered.</summary>
    public static void Fence()
    {
        if (Sse.IsSupported) Sse.StoreFence();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(float* source)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(float* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes> =>
        value.StorePast(destination);

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes LoadBytes<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes>
    {
        if (!Avx512BW.VL.IsSupported || TLanes.Count != 16) return LoadEach<TLanes>(source);
        Vector128<byte> bytes = Avx512BW.VL.MaskLoad(source, First, Vector128<byte>.Zero);
        return TLanes.LoadBytes((byte*)&bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>
    {
        if (!Avx512BW.VL.IsSupported || TLanes.Count != 16)
        {
            StoreEach(destination, value);
            return;
        }

        Vector128<byte> bytes;
        value.StoreBytes((byte*)&bytes);
        Avx512BW.VL.MaskStore(destination, First, bytes);
    }

    Vector128<byte> First => Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    TLanes LoadEach<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes>
    {
        byte* lanes = stackalloc byte[TLanes.Count];
        for (int i = 0; i < TLanes.Count; i++) lanes[i] = i < count ? source[i] : (byte)0;
        return TLanes.LoadBytes(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void StoreEach<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>
    {
        byte* lanes = stackalloc byte[TLanes.Count];
        value.StoreBytes(lanes);
        for (int i = 0; i < count; i++) destination[i] = lanes[i];
    }
}
