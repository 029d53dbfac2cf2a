using System.Diagnostics;
using Nin.Data;
using Nin.Images;
using Nin.Training;

namespace Nin.Benchmarks.Loading;

/// <summary>Whether pictures come as fast as networks learn from them, at 3 x 224 x 224: decoding, varying, and training on what comes.</summary>
static class LoadingTable
{
    const int Size = 224, Batch = 32, Photos = 256;

    static readonly (string Name, Transform[] Transforms)[] Variations =
    [
        ("none", []),
        ("flip and shift", [new HorizontalFlip(), new RandomCrop(Padding: 2)]),
        ("crop, flip, turn, light, cutout (`--augment strong`)",
            [new RandomResizedCrop(MinScale: 0.5), new HorizontalFlip(), new Rotation(15), new Brightness(0.3), new Contrast(0.3), new Cutout(Size / 4)]),
    ];

    /// <summary>Measures and prints it as Markdown.</summary>
    public static void Print(Options options)
    {
        Machine.Print();
        int[] threads = [.. new[] { 1, 2, Environment.ProcessorCount }.Distinct().Where(t => t <= Environment.ProcessorCount)];
        Head("decoding to 3 x 224 x 224, before the first epoch", threads);
        foreach (var (width, height) in new[] { (500, 375), (4000, 3000) })
        {
            using var photos = new DrawnPhotos(width > 1000 ? 32 : Photos, width, height);
            Row($"JPEG of {width} x {height}", threads, t => Best(options.Rounds, () =>
                ImageFolder.Load(photos.Folder, Size, new ImageFolderOptions { Threads = t, Cache = false }).Images.Count));
        }

        using var folder = new DrawnPhotos(Photos, 500, 375);
        var images = ImageFolder.Load(folder.Folder, Size, new ImageFolderOptions { Cache = false }).Images;
        Console.WriteLine();
        Head("batches, from decoded pictures", threads);
        foreach (var (name, transforms) in Variations) Row($"varied: {name}", threads, t => Loading(images, transforms, t, options));
        Console.WriteLine();
        Training(images, options);
    }

    static double Loading(ImageDataset images, Transform[] transforms, int workers, Options options)
    {
        var loader = new DataLoader(images, Of(transforms) with { Workers = workers });
        int epoch = 0;
        return Best(options.Rounds, () => loader.Epoch(epoch++).Sum(b => b.Count));
    }

    static void Training(ImageDataset images, Options options)
    {
        Console.WriteLine(
            $"| images/s of training, batch {Batch} | on one batch again and again | {string.Join(" | ", Variations.Select(v => $"as they come, varied: {v.Name}"))} |");
        Console.WriteLine($"|---|---{string.Concat(Variations.Select(_ => "|---"))}|");
        using var device = Device.Open("cpu", options.Threads);
        foreach (var (name, create) in new (string, Func<Device, INetwork>)[]
                 { ("a small network", d => new SmallNet(d)), ("squeezenet", d => Networks.Create("squeezenet", d)), ("resnet18", d => Networks.Create("resnet18", d)) })
        {
            if (!options.Wants(name)) continue;
            using var network = create(device);
            using var session = network.CreateSession(Batch);
            using var input = new TensorBuffer(device, Batch, network.Architecture.Input);
            using var optimizer = new Sgd(network.Parameters, 1e-4);
            var first = new DataLoader(images, Of([]) with { Prefetch = 0 }).Epoch(0).First();
            var tensor = input.CopyFrom(first.Images, first.Count, Layout.Nchw);
            int[] labels = first.Labels.ToArray();
            double alone = Best(options.Rounds, () =>
            {
                for (int i = 0; i < Photos / Batch; i++) session.TrainStep(tensor, labels, optimizer);
                return Photos;
            });
            var cells = Variations.Select(v => Fed(v.Transforms)).Select(fed => $"{fed:0} ({fed / alone:0.00})");
            Console.WriteLine($"| {name} | {alone:0} | {string.Join(" | ", cells)} |");

            double Fed(Transform[] transforms)
            {
                var loader = new DataLoader(images, Of(transforms));
                int epoch = 0;
                return Best(options.Rounds, () =>
                {
                    int count = 0;
                    foreach (var batch in loader.Epoch(epoch++))
                    {
                        session.TrainStep(input.CopyFrom(batch.Images, batch.Count, Layout.Nchw), batch.Labels, optimizer);
                        count += batch.Count;
                    }

                    return count;
                });
            }
        }
    }

    static DataLoaderOptions Of(Transform[] transforms) => new() { BatchSize = Batch, Shuffle = true, Transforms = transforms };

    static void Head(string title, int[] threads)
    {
        Console.WriteLine($"| images/s, {title} | {string.Join(" | ", threads.Select(t => t == 1 ? "1 thread" : $"{t} threads"))} |");
        Console.WriteLine($"|---|{string.Concat(threads.Select(_ => "---|"))}");
    }

    static void Row(string name, int[] threads, Func<int, double> measure) =>
        Console.WriteLine($"| {name} | {string.Join(" | ", threads.Select(t => $"{measure(t):0}"))} |");

    /// <summary>The best of some rounds after one that warms up, in images a second.</summary>
    static double Best(int rounds, Func<int> run)
    {
        double best = 0;
        for (int i = 0; i <= rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int images = run();
            if (i > 0) best = Math.Max(best, images / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}

/// <summary>As the README's network for one's own pictures, with strides for their size.</summary>
[Network(3, 224, 224, Classes = 2)]
[NinBlock(32, Kernel = 7, Stride = 4, Padding = 3, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(96, 96, 2, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
sealed partial class SmallNet;
