using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>Copies of a few to a few hundred floats, where a call of the framework's copy would cost more than the copy.</summary>
static unsafe class Copying
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<TLanes>(float* source, float* destination, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Load(source + i).Store(destination + i);
        }

        if (i < count)
        {
            TLanes.Load(source + i, count - i).Store(destination + i, count - i);
        }
    }

    /// <summary>A copy by non-temporal stores; the destination is a multiple of a register's bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyPast<TLanes>(float* source, float* destination, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Load(source + i).StorePast(destination + i);
        }

        if (i < count)
        {
            TLanes.Load(source + i, count - i).Store(destination + i, count - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear<TLanes>(float* destination, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Zero.Store(destination + i);
        }

        if (i < count)
        {
            TLanes.Zero.Store(destination + i, count - i);
        }
    }

    /// <summary><c>sum += addend</c>, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes>(float* addend, float* sum, long count)
        where TLanes : struct, ILanes<TLanes>
    {
        long i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            (TLanes.Load(sum + i) + TLanes.Load(addend + i)).Store(sum + i);
        }

        if (i < count)
        {
            int rest = (int)(count - i);
            (TLanes.Load(sum + i, rest) + TLanes.Load(addend + i, rest)).Store(sum + i, rest);
        }
    }
}
