namespace Nin.TestKit;

/// <summary>
/// Philox4x32-10, the counter-based random generator (Salmon, Moraes, Dror and Shaw, <i>Parallel random numbers: as easy as
/// 1, 2, 3</i>, SC11).
/// </summary>
public static class ReferencePhilox
{
    /// <summary>Four random words of a four-word counter and a two-word key.</summary>
    public static uint[] Words(uint[] counter, uint[] key)
    {
        uint c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
        for (int round = 0; round < 10; round++)
        {
            ulong a = (ulong)c0 * 0xD2511F53, b = (ulong)c2 * 0xCD9E8D57;
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            (k0, k1) = (unchecked(k0 + 0x9E3779B9), unchecked(k1 + 0xBB67AE85));
        }

        return [c0, c1, c2, c3];
    }
}
