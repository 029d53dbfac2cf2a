namespace Nin;

/// <summary>A batch of examples whose memory its maker owns, with its shape at run time.</summary>
public sealed class TensorBuffer : IDisposable
{
    readonly DeviceBuffer buffer;
    float[] permuted = [];

    /// <summary>Takes memory for a batch; its content is not defined.</summary>
    /// <param name="device">Where.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="shape">Shape of one.</param>
    /// <exception cref="InsufficientMemoryException">The device has not so much.</exception>
    public TensorBuffer(Device device, int batch, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        buffer = device.Allocate(batch * shape.Length);
        buffer.Owner = nameof(TensorBuffer);
        Batch = batch;
        Shape = shape;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>Shape of one example.</summary>
    public Shape Shape { get; }

    /// <summary>The whole batch.</summary>
    public Tensor Tensor => new(buffer.View, Batch, Shape);

    /// <summary>The first examples, as for the smaller last batch of an epoch.</summary>
    public Tensor Take(int batch) => Tensor.Take(batch);

    /// <summary>Fills the whole batch from host memory.</summary>
    /// <param name="source">As many elements as the batch has.</param>
    /// <param name="layout">Their order.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    public void CopyFrom(ReadOnlySpan<float> source, Layout layout) => CopyFrom(source, Batch, layout);

    /// <summary>Fills the first examples from host memory and returns them. From the second call on it allocates nothing.</summary>
    /// <param name="source">As many elements as <paramref name="batch"/> examples have.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="layout">Their order.</param>
    /// <exception cref="ArgumentException">The source has another length, or there is no room for so many examples.</exception>
    public Tensor CopyFrom(ReadOnlySpan<float> source, int batch, Layout layout)
    {
        var part = Take(batch);
        part.CopyFrom(source, layout, ref permuted);
        return part;
    }

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => Tensor.ToArray(layout);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => buffer.Dispose();

    /// <summary>The whole batch.</summary>
    public static implicit operator Tensor(TensorBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.Tensor;
    }
}
