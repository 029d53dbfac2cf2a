namespace Nin;

/// <summary>A batch of examples whose memory its maker owns.</summary>
/// <typeparam name="TShape">Shape of one example.</typeparam>
public sealed class TensorBuffer<TShape> : IDisposable
    where TShape : struct, IShape
{
    readonly DeviceBuffer buffer;

    /// <summary>Takes memory for a batch; its content is not defined.</summary>
    /// <exception cref="InsufficientMemoryException">The device has not so much.</exception>
    public TensorBuffer(Device device, int batch)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        buffer = device.Allocate(batch * TShape.Shape.Length);
        Batch = batch;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>The whole batch.</summary>
    public Tensor<TShape> Tensor => new(new Tensor(buffer.View, Batch, TShape.Shape));

    /// <summary>The first examples, as for the smaller last batch of an epoch.</summary>
    public Tensor<TShape> Take(int batch) => Tensor.Take(batch);

    /// <summary>Fills the whole batch from host memory.</summary>
    /// <param name="source">As many elements as the batch has.</param>
    /// <param name="layout">Their order.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    public void CopyFrom(ReadOnlySpan<float> source, Layout layout) => Tensor.Untyped.CopyFrom(source, layout);

    /// <summary>Fills the first examples from host memory and returns them.</summary>
    /// <param name="source">As many elements as <paramref name="batch"/> examples have.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="layout">Their order.</param>
    public Tensor<TShape> CopyFrom(ReadOnlySpan<float> source, int batch, Layout layout)
    {
        var part = Take(batch);
        part.Untyped.CopyFrom(source, layout);
        return part;
    }

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => Tensor.ToArray(layout);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => buffer.Dispose();

    /// <summary>The whole batch.</summary>
    public static implicit operator Tensor<TShape>(TensorBuffer<TShape> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.Tensor;
    }
}
