using System.Runtime.CompilerServices;
using Nin.Numerics;

namespace Nin.Vectorized;

/// <summary><see cref="Philox4x32"/> for many counters at once, with the same bits.</summary>
static unsafe class PhiloxLanes
{
    /// <summary>Floats that <see cref="StoreUnits"/> writes.</summary>
    public static int Units<TWords>()
        where TWords : struct, IWords<TWords> =>
        8 * TWords.Count;

    /// <summary>
    /// Writes what <see cref="Philox4x32.ToUnit"/> makes of the words of the counters (<paramref name="c0"/>, .., <paramref name="c3"/>),
    /// (<paramref name="c0"/> + 1, ..) and so on, four floats a counter. Two registers of counters go side by side: the rounds of one wait
    /// for each other.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void StoreUnits<TWords>(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, float* units)
        where TWords : struct, IWords<TWords>
    {
        TWords x1 = TWords.Broadcast(c1), x2 = TWords.Broadcast(c2), x3 = TWords.Broadcast(c3);
        var first = new PhiloxState<TWords>(TWords.Counters(c0), x1, x2, x3);
        var second = new PhiloxState<TWords>(TWords.Counters(c0 + (uint)TWords.Count), x1, x2, x3);
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            TWords key0 = TWords.Broadcast(k0), key1 = TWords.Broadcast(k1);
            first.Round(key0, key1);
            second.Round(key0, key1);
            k0 += Philox4x32.Weyl0;
            k1 += Philox4x32.Weyl1;
        }

        first.StoreUnits(units);
        second.StoreUnits(units + 4 * TWords.Count);
    }
}
