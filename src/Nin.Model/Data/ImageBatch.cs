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

    internal void Fill(ReadOnlySpan<int> samples, ImageDataset data, ImageTransform transform, int epoch, CancellationToken cancellation)
    {
        Count = samples.Length;
        for (int i = 0; i < samples.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            indices[i] = samples[i];
            labels[i] = data.Labels[samples[i]];
            transform.Write(samples[i], epoch, images.AsSpan(i * imageLength, imageLength));
        }
    }
}
