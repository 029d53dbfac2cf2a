using Nin.Data;

namespace Nin.Training;

/// <summary>What a network learns from and what it is tested on. Images are resized to the network's input.</summary>
/// <param name="Training">Images to learn from.</param>
/// <param name="Test">Images to test on, after each epoch.</param>
public sealed record TrainingData(ImageDataset Training, ImageDataset Test)
{
    /// <summary>Normalisation of both, or null for pixels from 0 to 1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>How training images are varied.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>Batches that another thread makes ahead; see <see cref="BatchLoaderOptions.Prefetch"/>.</summary>
    public int Prefetch { get; init; } = 2;
}
