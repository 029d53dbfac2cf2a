using System.Runtime.CompilerServices;
using Nin.Numerics;

namespace Nin.Vectorized;

/// <summary><see cref="Philox4x32"/> for many counters at once, with the same bits.</summary>
static unsafe class PhiloxLanes
{
    /// <summary>
    /// Writes what <see cref="Philox4x32.ToUnit"/> makes of the words of the counters (<paramref name="c0"/>, .., <paramref name="c3"/>),
    /// (<paramref name="c0"/> + 1, ..) and so on: four floats a counter, as many counters as a register has words.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnits<TWords>(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, float* units)
        where TWords : struct, IWords<TWords>
    {
        TWords multiplier0 = TWords.Broadcast(Philox4x32.Multiplier0), multiplier1 = TWords.Broadcast(Philox4x32.Multiplier1);
        TWords x0 = TWords.Counters(c0), x1 = TWords.Broadcast(c1), x2 = TWords.Broadcast(c2), x3 = TWords.Broadcast(c3);
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            TWords product0 = TWords.Multiply(multiplier0, x0), product1 = TWords.Multiply(multiplier1, x2);
            x0 = TWords.Xor(TWords.High(product1), x1, TWords.Broadcast(k0));
            x2 = TWords.Xor(TWords.High(product0), x3, TWords.Broadcast(k1));
            x1 = product1;
            x3 = product0;
            k0 += Philox4x32.Weyl0;
            k1 += Philox4x32.Weyl1;
        }

        TWords.StoreUnits(x0, x1, x2, x3, units);
    }
}
