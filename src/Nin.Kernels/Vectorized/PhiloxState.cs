using System.Runtime.CompilerServices;
using Nin.Numerics;

namespace Nin.Vectorized;

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
