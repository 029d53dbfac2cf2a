namespace Nin;

/// <summary>A batch of examples whose memory its maker owns.</summary>
/// <typeparam name="TShape">Shape of one example.</typeparam>
public sealed class TensorBuffer<TShape> : IDisposable
    where TShape : struct, IShape
{
    readonly TensorBuffer untyped;

    /// <summary>Takes memory for a batch; its content is not defined.</summary>
    /// <exception cref="InsufficientMemoryException">The device has not so much.</exception>
    public TensorBuffer(Device device, int batch) => untyped = new TensorBuffer(device, batch, TShape.Shape);

    /// <summary>Examples.</summary>
    public int Batch => untyped.Batch;

    /// <summary>The whole batch.</summary>
    public Tensor<TShape> Tensor => new(untyped.Tensor);

    /// <summary>The first examples, as for the smaller last batch of an epoch.</summary>
    public Tensor<TShape> Take(int batch) => Tensor.Take(batch);

    /// <summary>Fills the whole batch from host memory.</summary>
    /// <param name="source">As many elements as the batch has.</param>
    /// <param name="layout">Their order.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    public void CopyFrom(ReadOnlySpan<float> source, Layout layout) => untyped.CopyFrom(source, layout);

    /// <summary>Fills the first examples from host memory and returns them. From the second call on it allocates nothing.</summary>
    /// <param name="source">As many elements as <paramref name="batch"/> examples have.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="layout">Their order.</param>
    public Tensor<TShape> CopyFrom(ReadOnlySpan<float> source, int batch, Layout layout) => new(untyped.CopyFrom(source, batch, layout));

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => Tensor.ToArray(layout);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => untyped.Dispose();

    /// <summary>The whole batch.</summary>
    public static implicit operator Tensor<TShape>(TensorBuffer<TShape> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.Tensor;
    }
}
