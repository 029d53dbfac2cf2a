using Nin.Ops;

namespace Nin.Data;

/// <summary>The order in which an epoch visits the samples: a pure function of seed, epoch and count.</summary>
public static class Sampler
{
    /// <summary>Fills <paramref name="order"/> with 0, 1, 2 and so on.</summary>
    public static void Sequential(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
    }

    /// <summary>
    /// Fills <paramref name="order"/> with a random permutation of 0 .. Length - 1 (Fisher and Yates; step i draws Philox word i).
    /// </summary>
    public static void Shuffled(Span<int> order, ulong seed, int epoch)
    {
        Sequential(order);
        for (int i = order.Length - 1; i > 0; i--)
        {
            PhiloxBlock bits = Philox4x32.Block(seed, RandomPurpose.Shuffle, (uint)epoch, (uint)i, 0);
            int j = (int)Philox4x32.ToBelow(bits.X0, (uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
