namespace Nin.Data;

/// <summary>Images and labels of one step. Its buffers are reused: it is valid until the next batch is asked for.</summary>
public sealed class ImageBatch
{
    readonly float[] images;
    readonly int[] labels;
    readonly int[] indices;
    readonly int imageLength;

    internal ImageBatch(int capacity, int imageLength)
    {
        this.imageLength = imageLength;
        images = GC.AllocateUninitializedArray<float>(capacity * imageLength);
        labels = new int[capacity];
        indices = new int[capacity];
    }

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Float32 <c>[Count, channels, height, width]</c>.</summary>
    public ReadOnlySpan<float> Images => images.AsSpan(0, Count * imageLength);

    /// <summary>Class indices <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Positions of the images in the data set, <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, Count);

    /// <summary>Says which images it will hold.</summary>
    internal void Begin(ReadOnlySpan<int> samples)
    {
        Count = samples.Length;
        samples.CopyTo(indices);
    }

    /// <summary>Writes one of them; threads may write several at once.</summary>
    internal void Write(int position, ImageDataset data, ImageTransform transform, int epoch)
    {
        int index = indices[position];
        labels[position] = data.Labels[index];
        transform.Write(index, epoch, images.AsSpan(position * imageLength, imageLength));
    }
}
