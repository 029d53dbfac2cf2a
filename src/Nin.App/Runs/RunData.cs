using Nin.Data;
using Nin.App.Datasets;
using Nin.App.Results;

namespace Nin.App.Runs;

/// <summary>The images of a run or an evaluation, and what a manifest says of them.</summary>
/// <param name="Training">Training images; null for an evaluation.</param>
/// <param name="Test">Test images.</param>
/// <param name="Normalization">What the model wants them to be.</param>
/// <param name="Source">Where they come from.</param>
sealed record RunData(ImageDataset? Training, ImageDataset Test, Normalization? Normalization, ManifestData Source)
{
    public const string FashionMnistName = "fashion-mnist";
    public const string SyntheticName = "synthetic";

    /// <summary>Pictures of the user's own, one folder per class.</summary>
    public const string FolderName = "folder";

    public static string[] Names { get; } = [FashionMnistName, SyntheticName, FolderName];

    /// <summary>How pictures of the user's own are prepared; null for data sets, whose images have one size.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The images of a run.</summary>
    /// <param name="settings">Which, and how many.</param>
    /// <param name="model">Whose input they are for.</param>
    /// <param name="folder">The folder that the user named, or that an earlier run had; or null.</param>
    /// <param name="note">Receives a line on what is being done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="progressed">Called while pictures are decoded; or null.</param>
    /// <exception cref="UsageException">The model takes other images, or gives other classes.</exception>
    /// <exception cref="InvalidDataException">They were not found, or are damaged; the message lists what was tried.</exception>
    public static async Task<RunData> ForRunAsync(
        TrainSettings settings, ModelEntry model, string? folder, Action<string> note, CancellationToken cancellation, Action? progressed = null)
    {
        if (settings.Dataset == FolderName)
        {
            if (folder is null) throw new UsageException("the run learnt from a folder of pictures: name it with --data.");
            return FolderData.ForTraining(model, folder, settings, note, progressed, cancellation);
        }

        // The same images are held out whatever the limit; synthetic ones are made as many as are wanted.
        int? most = settings.HoldOut is null ? settings.Limit : settings.Dataset == SyntheticName ? settings.Limit + settings.HoldOut : null;
        var loaded = await LoadAsync(settings.Dataset, model, folder, training: true, most, note, cancellation).ConfigureAwait(false);
        return settings.HoldOut is { } count ? loaded.HoldOut(count, settings.Limit) : loaded;
    }

    RunData HoldOut(int count, int? limit)
    {
        int rest = Training!.Count - count;
        if (rest < 1) throw new UsageException($"--hold-out {count} leaves nothing to learn from: there are {Training.Count} training images; hold out fewer.");
        return this with { Training = Training.Take(Math.Min(limit ?? rest, rest)), Test = Training.Subset([.. Enumerable.Range(rest, count)]) };
    }

    const int SyntheticTraining = 8192, SyntheticTest = 1024;
    const ulong TrainingSeed = 1, TestSeed = 2;

    /// <summary>Finds, fetches or makes the images.</summary>
    /// <param name="dataset">One of the two names.</param>
    /// <param name="model">Whose input they are for.</param>
    /// <param name="folder">The folder that the user named, or null.</param>
    /// <param name="training">Whether training images are wanted too.</param>
    /// <param name="limit">The most training images, from the first; null for all.</param>
    /// <param name="note">Receives a line on what is being done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UsageException">The model takes other images.</exception>
    /// <exception cref="InvalidDataException">They were not found, or are damaged; the message lists what was tried.</exception>
    public static async Task<RunData> LoadAsync(
        string dataset, ModelEntry model, string? folder, bool training, int? limit, Action<string> note, CancellationToken cancellation)
    {
        var input = model.Architecture().Input;
        if (dataset == SyntheticName) return Synthesize(input, model.Normalization, training, limit);
        if (input.Channels != 1 && folder is not null) throw FolderData.Missing(folder);
        if (input.Channels != 1)
        {
            string fix = "add --dataset synthetic or choose another --model";
            throw new UsageException($"{model.Id} takes images of {input}, Fashion-MNIST has one channel: {fix}.");
        }

        if (folder is not null && Directory.Exists(folder) && !Directory.EnumerateFiles(folder, "*-ubyte*").Any())
        {
            string example = Path.Combine(folder, "rose", "1.jpg");
            throw new UsageException($"{folder} has neither folders of pictures nor Fashion-MNIST's files: make a folder of pictures per class, as {example}, or leave --data out.");
        }

        var location = await FashionMnistSources.LocateAsync(folder, note, cancellation).ConfigureAwait(false);
        var files = location.Files.Select(f => new DataFileRow(f.Name, f.Sha256));
        var source = new ManifestData(dataset, location.Source, [.. files]) { Path = location.Path };
        var images = training ? FashionMnist.LoadTraining(location) : null;
        return new RunData(limit is { } most ? images?.Take(most) : images, FashionMnist.LoadTest(location), model.Normalization, source);
    }

    // Large inputs get resized images, as they do of Fashion-MNIST.
    static RunData Synthesize(Shape input, Normalization? normalization, bool training, int? limit)
    {
        int height = Math.Min(input.Height, 32), width = Math.Min(input.Width, 32);
        int most = Array.MaxLength / (input.Channels * height * width);
        if (limit > most) throw new UsageException($"--limit {limit} is more than fits: of {input.Channels} x {height} x {width} there are at most {most} synthetic images.");
        var images = training ? SyntheticDataset.Create(limit ?? SyntheticTraining, input.Channels, height, width, TrainingSeed) : null;
        var test = SyntheticDataset.Create(SyntheticTest, input.Channels, height, width, TestSeed);
        List<DataFileRow> files = [];
        if (images is not null) files.Add(new DataFileRow("training", images.ContentHash));
        files.Add(new DataFileRow("test", test.ContentHash));
        return new RunData(images, test, normalization, new ManifestData(SyntheticName, Source: "made", files));
    }

    /// <summary>Makes sure that a training batch fits an array.</summary>
    /// <exception cref="UsageException">It does not.</exception>
    public void CheckBatch(int batch, Shape input)
    {
        long most = Array.MaxLength / input.Length;
        if (Math.Min(batch, Training!.Count) > most)
            throw new UsageException($"--batch {batch} is more than fits: a batch has at most {most} images of {input}.");
    }
}
