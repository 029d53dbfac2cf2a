using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>Where a gradient of weights goes when its sum is made: dw <c>[rows, Groups x Columns]</c> and db.</summary>
unsafe struct WeightGradientTarget
{
    public int Groups;
    public int Columns;
    public float* DW;

    /// <summary>Null where it is not asked for.</summary>
    public float* DB;

    /// <summary>True to add to what is there.</summary>
    public bool Accumulate;

    /// <summary>Stores the sums of <paramref name="count"/> rows of one group, from row <paramref name="from"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store<TLanes>(float* sums, int group, int from, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++)
        {
            StoreRow<TLanes>(sums + (long)i * Columns, DW + ((long)(from + i) * Groups + group) * Columns);
        }
    }

    /// <summary>Stores the sum of the bias of one group.</summary>
    public readonly void StoreBias<TLanes>(float* sums, int group)
        where TLanes : struct, ILanes<TLanes>
    {
        if (DB is not null)
        {
            StoreRow<TLanes>(sums, DB + (long)group * Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void StoreRow<TLanes>(float* sum, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        if (Accumulate)
        {
            Copying.Add<TLanes>(sum, destination, Columns);
        }
        else
        {
            Copying.Copy<TLanes>(sum, destination, Columns);
        }
    }
}
