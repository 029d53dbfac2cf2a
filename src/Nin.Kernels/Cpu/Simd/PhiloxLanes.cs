using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary><see cref="Philox4x32"/> for many counters at once, with the same bits.</summary>
static unsafe class PhiloxLanes
{
    /// <summary>Floats that <see cref="StoreUnits"/> writes.</summary>
    public static int Units<TWords>()
        where TWords : struct, IWords<TWords> =>
        8 * TWords.Count;

    /// <summary>
    /// Writes what <see cref="Philox4x32.ToUnit"/> makes of the words of the counters (<paramref name="c0"/>, .., <paramref name="c3"/>),
    /// (<paramref name="c0"/> + 1, ..) and so on, four floats per counter. Two registers of counters are interleaved: the rounds of one would wait
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

/// <summary>The state of <see cref="Philox4x32"/> for a register of counters.</summary>
struct PhiloxState<TWords>(TWords x0, TWords x1, TWords x2, TWords x3)
    where TWords : struct, IWords<TWords>
{
    TWords x0 = x0;
    TWords x1 = x1;
    TWords x2 = x2;
    TWords x3 = x3;

    /// <summary>One round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Round(TWords k0, TWords k1)
    {
        TWords product0 = TWords.Multiply(TWords.Broadcast(Philox4x32.Multiplier0), x0);
        TWords product1 = TWords.Multiply(TWords.Broadcast(Philox4x32.Multiplier1), x2);
        x0 = TWords.Xor(TWords.High(product1), x1, k0);
        x2 = TWords.Xor(TWords.High(product0), x3, k1);
        x1 = product1;
        x3 = product0;
    }

    /// <summary>Writes the words: see <see cref="IWords{TSelf}.StoreUnits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe void StoreUnits(float* units) => TWords.StoreUnits(x0, x1, x2, x3, units);
}
