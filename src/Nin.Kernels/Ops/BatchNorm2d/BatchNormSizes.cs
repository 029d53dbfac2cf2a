namespace Nin.Ops;

/// <summary>Sizes of a batch normalisation: statistics are taken per channel over all pixels of all examples.</summary>
/// <param name="Pixels">Rows times columns of one example.</param>
/// <param name="Channels">Channels.</param>
public readonly record struct BatchNormSizes(int Pixels, int Channels)
{
    /// <summary>Elements of one example.</summary>
    public long Length => (long)Pixels * Channels;
}
