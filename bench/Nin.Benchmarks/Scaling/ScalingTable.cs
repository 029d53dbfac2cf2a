using Nin.Benchmarks.Baselines;

namespace Nin.Benchmarks.Scaling;

/// <summary>Examples a second over batch, image size and threads.</summary>
static class ScalingTable
{
    static readonly int[] Batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>Measures and prints it as Markdown.</summary>
    public static void Print(Options options)
    {
        Machine.Print();
        int[] threads = [.. new[] { 1, 2, Environment.ProcessorCount }.Distinct().Where(t => t <= Environment.ProcessorCount)];
        foreach (string model in Networks.Ids)
        {
            Head($"{model}, by batch", "batch", threads);
            foreach (int batch in Batches) Row($"{batch}", batch, d => Networks.Create(model, d), threads, options);
            Console.WriteLine();
        }

        Head($"by image size, batch {options.Batch}", "network", threads);
        foreach (var (name, create) in ImageSizes.All) Row(name, options.Batch, create, threads, options);
        Console.WriteLine();
    }

    static void Head(string title, string first, int[] threads)
    {
        Console.WriteLine($"Examples/s, {title}");
        Console.WriteLine();
        Console.WriteLine($"| {first} | {string.Join(" | ", threads.Select(t => $"training, {t} threads | inference, {t} threads"))} |");
        Console.WriteLine($"|---|{string.Concat(threads.Select(_ => "---|---|"))}");
    }

    static void Row(string name, int batch, Func<Device, INetwork> create, int[] threads, Options options)
    {
        if (!name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)) return;
        var cells = threads.SelectMany(t => new[] { Cell(t, training: true), Cell(t, training: false) });
        Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");

        string Cell(int count, bool training)
        {
            using var device = Device.Open("cpu", count);
            using var network = create(device);
            var measured = NinProcess.Measure(network, training, batch, options.Seconds / 4, isQuiet: true);
            return $"{1000 * batch / measured.MsMedian:0.0}";
        }
    }
}
