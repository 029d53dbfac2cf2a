using Nin.App.Results;
using Nin.Data;
using Nin.Images;

namespace Nin.App.Runs;

/// <summary>Pictures of one's own, a folder per class, as the images of a run or of an evaluation.</summary>
static class FolderData
{
    public const double DefaultValidation = 0.2;

    /// <summary>Longer than the learning rate of one cycle stays high in a run of about twenty epochs.</summary>
    public const int DefaultPatience = 10;

    /// <summary>A folder of one's own has hundreds of pictures, not the tens of thousands that train without.</summary>
    public const string DefaultAugmentation = "shift-flip";

    const int MostNames = 10;
    const int MostWarnings = 5;

    /// <summary>Whether a folder has a folder per class, and not the files of a data set.</summary>
    public static bool IsOne(string? folder) => Directory.Exists(folder)
        && !FashionMnist.Files.Any(f => File.Exists(Path.Combine(folder, f.Name)) || File.Exists(Path.Combine(folder, f.Name + ".gz")))
        && ClassesOf(folder).Length > 0;

    /// <summary>What is wrong with one that <see cref="IsOne"/> says is none.</summary>
    public static UsageException Missing(string folder) => new(Directory.Exists(folder)
        ? $"{folder} has no folder of pictures: make one per class, as {Path.Combine(folder, "rose", "1.jpg")}."
        : $"{folder} does not exist; name a folder that has one folder of pictures per class.");

    /// <summary>The images of a run: each class divided into those to learn from and those of the validation set, which take the place of the test set.</summary>
    /// <exception cref="UsageException">The network gives other classes, or takes no pictures.</exception>
    /// <exception cref="InvalidDataException">The folder has not two classes with pictures that can be used.</exception>
    public static RunData ForTraining(
        ModelEntry model, string folder, TrainSettings settings, Action<string> note, Action? progressed, CancellationToken cancellation)
    {
        var options = new ImageFolderOptions { Progress = progressed is null ? null : new Decoded(progressed) };
        var split = Load(model, folder, options, note, cancellation).Split(settings.Validation ?? DefaultValidation, settings.Seed);
        var training = settings.Limit is { } most && most < split.Training.Count ? Spread(split.Training, most) : split.Training;
        DataFileRow[] files = [new("training", training.ContentHash), new("validation", split.Validation.ContentHash)];
        var source = new ManifestData(RunData.FolderName, Source: "folder", files) { Path = Path.GetFullPath(folder) };
        return new RunData(training, split.Validation, split.Preprocessing.Normalization, source) { Preprocessing = split.Preprocessing };
    }

    /// <summary>All images of a folder, prepared as the weights were trained.</summary>
    /// <exception cref="UsageException">The folder has other classes than the weights know.</exception>
    public static RunData ForTest(ModelEntry model, string folder, Preprocessing preprocessing, Action<string> note, CancellationToken cancellation)
    {
        if (!ClassesOf(folder).SequenceEqual(preprocessing.ClassNames))
            throw new UsageException($"{folder} has the classes {List(ClassesOf(folder))}; the weights know {List(preprocessing.ClassNames)}: the folders must have these names.");
        var options = new ImageFolderOptions { Resize = preprocessing.Resize, Background = preprocessing.Background, Normalization = preprocessing.Normalization };
        var images = Load(model, folder, options, note, cancellation).Images;
        var source = new ManifestData(RunData.FolderName, Source: "folder", [new("test", images.ContentHash)]) { Path = Path.GetFullPath(folder) };
        return new RunData(null, images, preprocessing.Normalization, source) { Preprocessing = preprocessing };
    }

    static ImageFolder Load(ModelEntry model, string folder, ImageFolderOptions options, Action<string> note, CancellationToken cancellation)
    {
        var architecture = model.Architecture();
        var (input, output) = (architecture.Input, architecture.Output);
        if (input.Channels is not (1 or 3)) throw new UsageException($"{model.Id} takes images of {input}; pictures have 1 channel (grey) or 3: choose another --model.");
        string[] classes = ClassesOf(folder);
        // A folder with one class or none is reported by the code that reads it.
        if (classes.Length > 1 && classes.Length != output.Channels)
            throw new UsageException(
                $"{Path.GetFileName(Path.GetFullPath(folder))} has {classes.Length} classes: {List(classes)}; {architecture.Name} gives {output.Channels}: set Classes = {classes.Length}.");
        note($"reading the pictures of {folder}");
        var loaded = ImageFolder.Load(folder, input.Height, input.Width, options with { Channels = input.Channels }, cancellation);
        foreach (var skipped in loaded.Skipped.Take(MostWarnings)) note($"warning: {skipped}");
        if (loaded.Skipped.Count > MostWarnings) note($"warning: {loaded.Skipped.Count - MostWarnings} more files were left out.");
        return loaded;
    }

    // They are ordered by class: the first ones would be of one class.
    static ImageDataset Spread(ImageDataset images, int count) =>
        images.Subset([.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count))]);

    static string[] ClassesOf(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateDirectories("*", new EnumerationOptions()).Select(d => d.Name).Order(StringComparer.Ordinal)];

    static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");

    sealed class Decoded(Action progressed) : IProgress<(int Done, int Files)>
    {
        public void Report((int Done, int Files) value) => progressed();
    }
}
