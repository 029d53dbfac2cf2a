using System.Collections.Concurrent;

namespace Nin.Data;

/// <summary>
/// Batches of a data set, epoch by epoch, as float32 in PyTorch's order <c>[n, c, h, w]</c>. The same options give the same batches
/// whether or not they are prefetched and with any number of threads, and the same image in an epoch whatever the batch size.
/// </summary>
public sealed class DataLoader
{
    const int MaxWorkers = 1024;

    readonly ImageDataset data;
    readonly DataLoaderOptions options;
    readonly ConcurrentBag<ImageBatch> spare = [];
    readonly int imageLength;

    /// <summary>Prepares loading.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or does not fit the data.</exception>
    public DataLoader(ImageDataset data, DataLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BatchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.BatchSize, "The batch size must be 1 or more.");
        if (options.Prefetch is < 0 or > 64)
            throw new ArgumentOutOfRangeException(nameof(options), options.Prefetch, "Batches made ahead must be 0 to 64.");
        if (options.Workers is < 1 or > MaxWorkers)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Workers, $"Threads that load must be 1 to {MaxWorkers}, or null for half of the processors.");
        ArgumentNullException.ThrowIfNull(options.Transforms);
        if (!Enum.IsDefined(options.Augmentation))
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Augmentation, "Unknown augmentation; use None, Flip or ShiftFlip.");
        if (options.Part is not { Count: >= 1, Index: >= 0 } || options.Part.Index >= options.Part.Count)
            throw new ArgumentOutOfRangeException(nameof(options), options.Part, "A part of the batches must be one of 1 or more, counted from 0.");
        this.data = data;
        this.options = options;
        BatchSize = Math.Min(options.BatchSize, data.Count);
        LargestPart = options.Part.Capacity(BatchSize);
        var transform = new ImageTransform(data, options);
        (Channels, Height, Width, imageLength) = (transform.Channels, transform.Height, transform.Width, transform.ImageLength);
        if ((long)LargestPart * imageLength > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                BatchSize,
                $"A batch would hold more than {Array.MaxLength} floats; at {imageLength} an image, take a smaller batch.");
    }

    /// <summary>Channels of an image.</summary>
    public int Channels { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>The largest batch: the options' batch size, or the whole data set if that is smaller.</summary>
    public int BatchSize { get; }

    /// <summary>The most images that a batch brings: all of <see cref="BatchSize"/>, unless <see cref="DataLoaderOptions.Part"/> says less.</summary>
    public int LargestPart { get; }

    /// <summary>Images per epoch, those of other parts too.</summary>
    public int Count => data.Count;

    /// <summary>Batches per epoch, including the smaller last one.</summary>
    public int BatchesPerEpoch => (data.Count - 1) / BatchSize + 1;

    /// <summary>The batches of one epoch. Each is valid until the next is asked for; leaving the loop ends the loading threads.</summary>
    /// <param name="epoch">Epoch, from 0: determines order and augmentation together with the seed.</param>
    /// <param name="cancellation">Ends loading with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    public IEnumerable<ImageBatch> Epoch(int epoch, CancellationToken cancellation = default) =>
        Epoch(epoch, firstBatch: 0, cancellation);

    /// <summary>The batches of one epoch from a later one on, with the same bits; those before are not made.</summary>
    /// <param name="epoch">Epoch, from 0: decides order and augmentation together with the seed.</param>
    /// <param name="firstBatch">Batches to leave out, 0 to <see cref="BatchesPerEpoch"/>, which leaves none.</param>
    /// <param name="cancellation">Ends loading with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="epoch"/> is negative, or the epoch has no such <paramref name="firstBatch"/>.
    /// </exception>
    public IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch, CancellationToken cancellation = default) =>
        Epoch(epoch, firstBatch, filled: null, cancellation);

    /// <inheritdoc cref="Epoch(int, int, CancellationToken)"/>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="firstBatch">Batches to leave out.</param>
    /// <param name="filled">Called with each batch on the thread that made it, before it is handed out.</param>
    /// <param name="cancellation">Ends loading.</param>
    internal IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch, Action<ImageBatch>? filled, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (firstBatch < 0 || firstBatch > BatchesPerEpoch)
            throw new ArgumentOutOfRangeException(
                nameof(firstBatch), firstBatch, $"The first batch must be 0 to {BatchesPerEpoch}, the batches of an epoch.");
        return options.Prefetch == 0 ? Direct(epoch, firstBatch, filled, cancellation) : Ahead(epoch, firstBatch, filled, cancellation);
    }

    IEnumerable<ImageBatch> Direct(int epoch, int firstBatch, Action<ImageBatch>? filled, CancellationToken cancellation)
    {
        using var loading = new LoadingThreads(data, options, epoch, threads: 1);
        EpochFiller filler = MakeFiller(loading, epoch, firstBatch, filled);
        ImageBatch batch = Rent();
        while (filler.Fill(batch, cancellation))
            yield return batch;
        spare.Add(batch);
    }

    IEnumerable<ImageBatch> Ahead(int epoch, int firstBatch, Action<ImageBatch>? filled, CancellationToken cancellation)
    {
        // One batch in the caller's hands, the others waiting or being filled.
        ImageBatch[] buffers = new ImageBatch[Math.Min(options.Prefetch + 1, BatchesPerEpoch - firstBatch)];
        if (buffers.Length == 0) yield break;
        for (int i = 0; i < buffers.Length; i++)
            buffers[i] = Rent();
        try
        {
            using var loading = new LoadingThreads(data, options, epoch, Math.Min(Workers, LargestPart));
            using var prefetcher = new BatchPrefetcher(MakeFiller(loading, epoch, firstBatch, filled).Fill, buffers, cancellation);
            while (prefetcher.Next() is { } batch)
                yield return batch;
        }
        finally
        {
            foreach (ImageBatch batch in buffers)
                spare.Add(batch);
        }
    }

    EpochFiller MakeFiller(LoadingThreads loading, int epoch, int firstBatch, Action<ImageBatch>? filled)
    {
        int[] order = new int[data.Count];
        if (options.Shuffle)
            Sampler.Shuffled(order, options.Seed, epoch);
        else
            Sampler.Sequential(order);
        return new EpochFiller(loading, order, BatchSize, firstBatch, filled);
    }

    int Workers => options.Workers ?? Math.Max(Environment.ProcessorCount / 2, 1);

    ImageBatch Rent() => spare.TryTake(out ImageBatch? batch) ? batch : new ImageBatch(options.Part, BatchSize, imageLength);
}

/// <summary>How <see cref="DataLoader"/> makes batches from a data set.</summary>
public sealed record DataLoaderOptions
{
    /// <summary>Images per batch; an epoch's last batch may have fewer.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Rows after resizing, or null for the data set's.</summary>
    public int? Height { get; init; }

    /// <summary>Columns after resizing, or null for the data set's.</summary>
    public int? Width { get; init; }

    /// <summary>Normalisation, or null for pixels from 0 to 1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>How images are augmented.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>How images are varied after that, one transform after another; a user's own too.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>A new order in each epoch; else the data set's order.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Determines order and augmentation, together with nothing but epoch and image index.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which part of each batch is made, where several processes share the work; the whole unless set.</summary>
    public BatchPart Part { get; init; } = BatchPart.Whole;

    /// <summary>Batches that another thread prefetches; 0 makes each batch on the caller's thread when asked for.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>
    /// Threads that share the work of a batch that is prefetched; null for half of the processors, one or more. The batches have the same bits
    /// with any number.
    /// </summary>
    public int? Workers { get; init; }
}
