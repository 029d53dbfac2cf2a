namespace Nin.Data;

/// <summary>
/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747): 60,000 training and 10,000 test images of clothes,
/// 28 x 28, one channel, ten classes.
/// </summary>
public static class FashionMnist
{
    const string TrainImages = "train-images-idx3-ubyte";
    const string TrainLabels = "train-labels-idx1-ubyte";
    const string TestImages = "t10k-images-idx3-ubyte";
    const string TestLabels = "t10k-labels-idx1-ubyte";

    /// <summary>Mean of the training pixels, scaled to 0 .. 1.</summary>
    public const float Mean = 0.2860f;

    /// <summary>Standard deviation of the training pixels, scaled to 0 .. 1.</summary>
    public const float Std = 0.3530f;

    /// <summary>Training pixels to mean 0 and standard deviation 1.</summary>
    public static Normalization Normalization { get; } = new([Mean], [Std]);

    /// <summary>The ten classes, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    /// <summary>The four files, with the lengths and checksums of their unpacked bytes.</summary>
    public static IReadOnlyList<DataFile> Files { get; } =
    [
        new(TrainImages, 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        new(TrainLabels, 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        new(TestImages, 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        new(TestLabels, 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ];

    /// <summary>Where the files are searched for on this machine.</summary>
    /// <param name="folder">The folder that the user named, or null.</param>
    public static DataSearch Search(string? folder = null) => new()
    {
        Name = "Fashion-MNIST",
        Files = Files,
        Folder = folder,
        EnvironmentFolder = Environment.GetEnvironmentVariable("NIN_DATA"),
        CacheFolder = DataSearch.UserCache("fashion-mnist"),
        SystemFolder = "/usr/share/datasets/fashion-mnist",
        Sources = [new PublisherSource(new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"))],
    };

    /// <summary>Finds the files, or fetches them: see <see cref="DataSearch.LocateAsync"/>.</summary>
    /// <param name="folder">The folder that the user named, or null.</param>
    /// <param name="progress">Receives one line for each action.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">A folder named by the user is wrong, or no source had the files.</exception>
    public static Task<DataLocation> LocateAsync(
        string? folder = null, Action<string>? progress = null, CancellationToken cancellation = default) =>
        Search(folder).LocateAsync(progress, cancellation);

    /// <summary>Reads the 60,000 training images, [60000, 1, 28, 28].</summary>
    /// <exception cref="InvalidDataException">A file is gone or broken.</exception>
    public static ImageDataset LoadTraining(DataLocation location) =>
        ImageDataset.FromIdx(location.PathOf(TrainImages), location.PathOf(TrainLabels), ClassNames);

    /// <summary>Reads the 10,000 test images, [10000, 1, 28, 28].</summary>
    /// <exception cref="InvalidDataException">A file is gone or broken.</exception>
    public static ImageDataset LoadTest(DataLocation location) =>
        ImageDataset.FromIdx(location.PathOf(TestImages), location.PathOf(TestLabels), ClassNames);
}
