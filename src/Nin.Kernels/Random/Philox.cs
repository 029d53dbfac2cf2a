namespace Nin.Ops;

/// <summary>
/// The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// A number is a pure function of a key and a counter, so any thread can draw any number in any order.
/// </summary>
/// <remarks>
/// Nin's use of it: the key is the user's 64-bit seed; the counter is (sample or element, block within it, epoch or step, purpose).
/// No arrays, spans or exceptions in this file: kernels compile it as it stands.
/// </remarks>
public static class Philox4x32
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;
    internal const int Rounds = 10;

    /// <summary>Words of a block.</summary>
    internal const int Words = 4;

    /// <summary>
    /// The 128 random bits at counter (<paramref name="c0"/>, .., <paramref name="c3"/>) under the key (<paramref name="k0"/>,
    /// <paramref name="k1"/>).
    /// </summary>
    public static PhiloxBlock Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c1 = (uint)product1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return new PhiloxBlock(c0, c1, c2, c3);
    }

    /// <summary>
    /// The bits that belong to a seed, a purpose (<see cref="RandomPurpose"/>), an epoch or step, an item and a block within the
    /// item.
    /// </summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="purpose">What the numbers are for: equal items of two purposes never share a counter.</param>
    /// <param name="step">Epoch or training step.</param>
    /// <param name="item">Global index of the sample or element.</param>
    /// <param name="block">Which four words of the item.</param>
    public static PhiloxBlock Block(ulong seed, uint purpose, uint step, uint item, uint block) =>
        Block(item, block, step, purpose, (uint)seed, (uint)(seed >> 32));

    /// <summary>Uniform in [0, 1), a multiple of 2^-24: every value is a float exactly, and 1 is never reached.</summary>
    public static float ToUnit(uint bits) => (int)(bits >> 8) * (1f / (1 << 24));

    /// <summary>
    /// Uniform in 0 .. <paramref name="bound"/> - 1, by the high half of a product; no value is likelier than another by more than
    /// bound / 2^32.
    /// </summary>
    public static uint ToBelow(uint bits, uint bound) => (uint)(((ulong)bits * bound) >> 32);
}

/// <summary>One block of random bits. Four named words and no array, so that a kernel can hold it in registers.</summary>
/// <param name="X0">Word 0.</param>
/// <param name="X1">Word 1.</param>
/// <param name="X2">Word 2.</param>
/// <param name="X3">Word 3.</param>
public readonly record struct PhiloxBlock(uint X0, uint X1, uint X2, uint X3);

/// <summary>
/// What a random number is for: the last word of its Philox counter, so that two uses of one seed never share a number.
/// The values are part of what a seed means: never renumber one.
/// </summary>
public static class RandomPurpose
{
    /// <summary>The order of the samples in an epoch.</summary>
    public const uint Shuffle = 1;

    /// <summary>Flip and shift of one sample in one epoch.</summary>
    public const uint Augmentation = 2;

    /// <summary>The pixels of a synthetic data set.</summary>
    public const uint SyntheticData = 3;

    /// <summary>Initial weights; the item is the parameter's position in its network.</summary>
    public const uint Initialization = 4;

    /// <summary>Which images are tested on; step and item are a hash of the file's name.</summary>
    public const uint Split = 5;

    /// <summary>Dropout of a network's layer 0; layer i has this plus i.</summary>
    public const uint Dropout = 256;
}
