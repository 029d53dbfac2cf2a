namespace Nin.Data;

/// <summary>What <see cref="BatchLoader"/> makes of a data set.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Images a batch; an epoch's last batch may have fewer.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Rows after resizing, or null for the data set's.</summary>
    public int? Height { get; init; }

    /// <summary>Columns after resizing, or null for the data set's.</summary>
    public int? Width { get; init; }

    /// <summary>Normalisation, or null for pixels from 0 to 1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>How images are varied.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>A new order in each epoch; else the data set's order.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Decides order and augmentation, together with epoch and image index alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>Batches that another thread makes ahead; 0 makes each batch on the caller's thread when asked for.</summary>
    public int Prefetch { get; init; } = 2;
}
