using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nin.Data;
using Nin.Ops;
using Nin.Training;

namespace Nin.Images;

/// <summary>
/// A folder's images, divided into a training set and a validation set, and how they were prepared. <see cref="Trainer.Fit"/> takes it as it
/// stands; <c>net.Save(path, data.Preprocessing)</c> keeps with the weights what a <see cref="Classifier"/> needs.
/// </summary>
/// <param name="Training">Training images.</param>
/// <param name="Validation">Images to validate on.</param>
/// <param name="Preprocessing">Class names, resize rule and the normalisation of the training images.</param>
/// <param name="Skipped">The folder's files that could not be used, and why.</param>
public sealed record ImageSplit(ImageDataset Training, ImageDataset Validation, Preprocessing Preprocessing, IReadOnlyList<SkippedImage> Skipped)
{
    /// <summary>What a trainer takes: training images, those by which <see cref="TrainerOptions.BestWeights"/> and <see cref="TrainerOptions.Patience"/> choose, and their normalisation.</summary>
    public TrainingData ToTrainingData() => new(Training) { Validation = Validation, Normalization = Preprocessing.Normalization };

    /// <summary>What a trainer takes.</summary>
    public static implicit operator TrainingData(ImageSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return split.ToTrainingData();
    }
}

/// <summary>Divides images class by class.</summary>
static class Stratified
{
    /// <summary>Both parts, each in the images' order.</summary>
    public static (int[] Training, int[] Validation) Divide(ReadOnlySpan<int> labels, IReadOnlyList<string> files, double validation, int seed)
    {
        if (!(validation > 0 && validation < 1))
            throw new ArgumentOutOfRangeException(nameof(validation), validation, "The share for validation must be above 0 and below 1, such as 0.2.");
        var (training, test) = (new List<int>(), new List<int>());
        foreach (var group in labels.ToArray().Select((label, image) => (label, image)).GroupBy(pair => pair.label, pair => pair.image))
        {
            int[] ranked = [.. group.OrderBy(image => Rank(files[image], seed)).ThenBy(image => image)];
            int count = ranked.Length == 1 ? 0 : Math.Clamp((int)Math.Round(ranked.Length * validation), 1, ranked.Length - 1);
            test.AddRange(ranked[..count]);
            training.AddRange(ranked[count..]);
        }

        return ([.. training.Order()], [.. test.Order()]);
    }

    static ulong Rank(string file, int seed)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(file));
        uint step = BinaryPrimitives.ReadUInt32LittleEndian(hash), item = BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(4));
        var bits = Philox4x32.Block((ulong)seed, RandomPurpose.Split, step, item, 0);
        return (ulong)bits.X0 << 32 | bits.X1;
    }
}
