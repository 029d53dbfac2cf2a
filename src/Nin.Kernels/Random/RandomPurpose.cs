namespace Nin.Numerics;

/// <summary>
/// What a random number is for: the last word of its Philox counter, so that two uses of one seed never meet.
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

    /// <summary>Dropout of a network's layer 0; layer i has this plus i.</summary>
    public const uint Dropout = 256;
}
