using Nin.Data;

namespace Nin.Images;

/// <summary>
/// Pictures on the disk as a data set: each folder is a class, and what is in it, and in folders below, its pictures.
/// <code>
/// flowers/daisy/001.jpg
/// flowers/rose/first.png
/// </code>
/// </summary>
/// <remarks>
/// Classes and files are in ordinal order of their names. PNG, JPEG, WebP, BMP and GIF are read (of a GIF its first frame), turned upright as EXIF
/// says, laid over the background where they are transparent, and resized. Files of other kinds and hidden ones are passed over.
/// </remarks>
public sealed class ImageFolder
{
    readonly ImageFolderOptions options;
    readonly Preprocessing rule;
    readonly FolderScan scan;
    readonly DecodedFolder found;

    ImageFolder(FolderScan scan, Preprocessing rule, ImageFolderOptions options, ImageDataset images, DecodedFolder found)
    {
        (this.scan, this.rule, this.options, this.found) = (scan, rule, options, found);
        Images = images;
        Files = [.. found.Kept.Select(file => scan.Files[file].Path)];
        Skipped = [.. found.Broken.Select(b => new SkippedImage(Path.Combine(scan.Root, scan.Files[b.File].Path), b.Reason))];
    }

    /// <summary>All images, class by class.</summary>
    public ImageDataset Images { get; }

    /// <summary>The file of each image, from the folder of the classes, with slashes.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The files that could not be used, and why.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>Reads a folder of classes as square images.</summary>
    /// <param name="path">The folder that has one folder per class.</param>
    /// <param name="size">Rows and columns of the images.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops decoding.</param>
    /// <inheritdoc cref="Load(string, int, int, ImageFolderOptions?, CancellationToken)" path="/exception"/>
    public static ImageFolder Load(string path, int size, ImageFolderOptions? options = null, CancellationToken cancellation = default) =>
        Load(path, size, size, options, cancellation);

    /// <summary>Reads a folder of classes.</summary>
    /// <param name="path">The folder that has one folder per class.</param>
    /// <param name="height">Rows of the images.</param>
    /// <param name="width">Columns of the images.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops decoding.</param>
    /// <exception cref="ArgumentException">An option or a size is out of its range, or the pixels exceed an array and there is no cache.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are not two classes, a class has no picture that can be used, or a broken one is refused.</exception>
    /// <exception cref="IOException">The cache could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read, or the cache not be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static ImageFolder Load(string path, int height, int width, ImageFolderOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ImageFolderOptions();
        Check(options);
        var scan = FolderScan.Of(path);
        var rule = new Preprocessing(scan.ClassNames, options.Channels, height, width, options.Resize, options.Normalization, options.Background);
        var decoding = new FolderDecoding(scan, rule, options);
        if (!options.Cache) return InMemory(scan, rule, options, decoding, cancellation);
        var cache = new PixelCache(options.CacheFolder ?? DataSearch.UserCache("images"), scan, rule, options.MaxPixels);
        var cached = cache.TryOpen();
        // A cache that was written while broken files were skipped cannot serve a load that refuses them: decoding names the file.
        if (cached is not { } usable || (options.Broken == BrokenImages.Refuse && usable.Found.Broken.Length > 0)) usable = cache.Fill(decoding, cancellation);
        var images = new ImageDataset(usable.Images, Labels(scan, usable.Found), rule.Channels, height, width, scan.ClassNames);
        return new ImageFolder(scan, rule, options, images, usable.Found);
    }

    /// <summary>Divides the images into a training set and a validation set.</summary>
    /// <remarks>
    /// Each class is divided by itself, with one image or more on either side (a class of one image is all for training). Which, depends on the seed
    /// and the files' names alone: where pictures are added, few of the others change sides.
    /// </remarks>
    /// <param name="validation">Share of each class for validation, above 0 and below 1.</param>
    /// <param name="seed">Another seed divides them in another way.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="validation"/> is out of its range.</exception>
    /// <exception cref="InvalidDataException">No class has two images, so that nothing is left for validation.</exception>
    public ImageSplit Split(double validation, int seed = 0)
    {
        var (training, test) = Stratified.Divide(Images.Labels, Files, validation, seed);
        if (test.Length == 0) throw new InvalidDataException($"{scan.Root} has one picture in each class, and none is left for validation: add more.");
        var normalization = options.Normalization ?? Normalize(training);
        var preprocessing = new Preprocessing(rule.ClassNames, rule.Channels, rule.Height, rule.Width, rule.Resize, normalization, rule.Background);
        return new ImageSplit(Images.Subset(training), Images.Subset(test), preprocessing, Skipped);
    }

    static ImageFolder InMemory(FolderScan scan, Preprocessing rule, ImageFolderOptions options, FolderDecoding decoding, CancellationToken cancellation)
    {
        long length = (long)rule.Channels * rule.Height * rule.Width * scan.Files.Count;
        if (length > Array.MaxLength)
            throw new ArgumentException($"{scan.Files.Count} images of {rule.Channels} x {rule.Height} x {rule.Width} are {length:N0} bytes, more than memory takes in one piece: load with Cache = true.", nameof(options));
        byte[] pixels = GC.AllocateUninitializedArray<byte>((int)length);
        int done = 0;
        var found = decoding.Run(image => { image.CopyTo(pixels.AsSpan(done)); done += image.Length; }, cancellation);
        var images = new ImageDataset(pixels.AsMemory(0, done), Labels(scan, found), rule.Channels, rule.Height, rule.Width, scan.ClassNames);
        return new ImageFolder(scan, rule, options, images, found);
    }

    static int[] Labels(FolderScan scan, DecodedFolder found) => Array.ConvertAll(found.Kept, file => scan.Files[file].Label);

    // From whole numbers, so that it is the same whatever the order and the threads. An even plane has no deviation to divide by: one level then.
    Normalization Normalize(int[] training)
    {
        var (mean, std) = (new float[rule.Channels], new float[rule.Channels]);
        double count = (double)training.Length * rule.Height * rule.Width;
        for (int c = 0; c < rule.Channels; c++)
        {
            Int128 sum = 0, squares = 0;
            foreach (int image in training)
            {
                sum += found.Moments[(image * rule.Channels + c) * 2];
                squares += found.Moments[(image * rule.Channels + c) * 2 + 1];
            }

            double average = (double)sum / count, variance = (double)squares / count - average * average;
            (mean[c], std[c]) = ((float)(average / 255), (float)(Math.Max(Math.Sqrt(Math.Max(variance, 0)), 1) / 255));
        }

        return new Normalization(mean, std);
    }

    static void Check(ImageFolderOptions options)
    {
        if (options.Channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(options), options.Channels, "Channels must be 1 (grey) or 3 (red, green and blue).");
        if (options.MaxPixels < 1) throw new ArgumentOutOfRangeException(nameof(options), options.MaxPixels, "MaxPixels must be 1 or more.");
        if (options.Threads < 1) throw new ArgumentOutOfRangeException(nameof(options), options.Threads, "Threads must be 1 or more, or null for one per processor.");
        if (!Enum.IsDefined(options.Broken)) throw new ArgumentOutOfRangeException(nameof(options), options.Broken, "Unknown choice; use Skip or Refuse.");
    }
}
