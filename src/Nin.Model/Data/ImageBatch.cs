namespace Nin.Data;

/// <summary>Images and labels of one step. Its buffers are reused: it is valid until the next batch is asked for.</summary>
public sealed class ImageBatch
{
    readonly float[] images;
    readonly int[] labels;
    readonly int[] indices;
    readonly int imageLength;
    readonly BatchPart part;
    readonly int batchSize;
    int whole;

    internal ImageBatch(int capacity, int imageLength)
        : this(BatchPart.Whole, capacity, imageLength)
    {
    }

    internal ImageBatch(BatchPart part, int batchSize, int imageLength)
    {
        (this.part, this.batchSize) = (part, batchSize);
        this.imageLength = imageLength;
        images = GC.AllocateUninitializedArray<float>(part.Capacity(batchSize) * imageLength);
        labels = new int[batchSize];
        indices = new int[batchSize];
    }

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Float32 <c>[Count, channels, height, width]</c>.</summary>
    public ReadOnlySpan<float> Images => images.AsSpan(0, Count * imageLength);

    /// <summary>Class indices <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(First, Count);

    /// <summary>Positions of the images in the data set, <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(First, Count);

    /// <summary>Labels of the whole batch, of which this may be a part: <see cref="DataLoaderOptions.Part"/>.</summary>
    public ReadOnlySpan<int> WholeLabels => labels.AsSpan(0, whole);

    /// <summary>Where its images begin in the whole batch.</summary>
    public int First { get; private set; }

    /// <summary>True where the whole batch has none for this part: its one image is a placeholder, and counts in no mean.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Says which images the whole batch has.</summary>
    internal void Begin(ReadOnlySpan<int> samples, ImageDataset data)
    {
        whole = samples.Length;
        samples.CopyTo(indices);
        for (int i = 0; i < whole; i++) labels[i] = data.Labels[samples[i]];
        (First, Count) = part.Of(batchSize, whole);
        IsEmpty = Count == 0;
        if (IsEmpty) (First, Count) = (0, 1);
    }

    /// <summary>Writes one of them; threads may write several at once.</summary>
    internal void Write(int position, ImageTransform transform, int epoch) =>
        transform.Write(indices[First + position], epoch, images.AsSpan(position * imageLength, imageLength));
}

/// <summary>
/// One of several equal parts of each batch: contiguous, so that the batch is the parts one after another. A last batch that is smaller fills the first ones.
/// </summary>
/// <param name="Index">Which, from 0.</param>
/// <param name="Count">Parts of a batch, 1 or more.</param>
public readonly record struct BatchPart(int Index, int Count)
{
    /// <summary>The whole batch.</summary>
    public static BatchPart Whole => new(0, 1);

    /// <summary>The most examples of a part.</summary>
    /// <param name="batchSize">Examples of a full batch.</param>
    internal int Capacity(int batchSize) => (batchSize - 1) / Count + 1;

    /// <summary>Where the part is in a batch.</summary>
    internal (int First, int Count) Of(int batchSize, int examples)
    {
        int capacity = Capacity(batchSize), first = (int)Math.Min((long)capacity * Index, examples);
        return (first, Math.Min(capacity, examples - first));
    }
}
