namespace Nin;

/// <summary>A batch of examples whose memory its creator owns, with its shape at run time.</summary>
public sealed class TensorBuffer : IDisposable
{
    readonly DeviceBuffer buffer;
    float[] permuted = [];

    /// <summary>Allocates memory for a batch; its content is undefined.</summary>
    /// <param name="device">Where.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="shape">Shape of one.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
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
    /// <exception cref="ArgumentException">The source has another length, or there is no room for that many examples.</exception>
    public Tensor CopyFrom(ReadOnlySpan<float> source, int batch, Layout layout)
    {
        var part = Take(batch);
        part.CopyFrom(source, layout, ref permuted);
        return part;
    }

    /// <inheritdoc cref="Tensor.ToArray(Layout)"/>
    public float[] ToArray(Layout layout) => Tensor.ToArray(layout);

    /// <summary>Releases the memory.</summary>
    public void Dispose() => buffer.Dispose();

    /// <summary>The whole batch.</summary>
    public static implicit operator Tensor(TensorBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.Tensor;
    }
}

/// <summary>A batch of examples whose memory its creator owns.</summary>
/// <typeparam name="TShape">Shape of one example.</typeparam>
public sealed class TensorBuffer<TShape> : IDisposable
    where TShape : struct, IShape
{
    readonly TensorBuffer untyped;

    /// <summary>Allocates memory for a batch; its content is undefined.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
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

    /// <summary>Releases the memory.</summary>
    public void Dispose() => untyped.Dispose();

    /// <summary>The whole batch.</summary>
    public static implicit operator Tensor<TShape>(TensorBuffer<TShape> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.Tensor;
    }
}

/// <summary>
/// A batch on its way to a device: any thread writes it into host memory that the driver reads directly, and the copy runs in parallel with
/// the work of sessions. A session that is given the tensor comes after the copy, and the next copy after the session's step.
/// </summary>
sealed class TensorUpload : IDisposable
{
    readonly AcceleratorDeviceStream stream;
    readonly DeviceBuffer buffer;
    readonly HostMemory staging;
    readonly Shape shape;

    /// <param name="device">Where to: one that copies in parallel with its work.</param>
    /// <param name="capacity">Examples of the largest batch.</param>
    /// <param name="shape">Shape of one.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public TensorUpload(Device device, int capacity, Shape shape)
    {
        this.shape = shape;
        buffer = device.Allocate(capacity * shape.Length);
        stream = (AcceleratorDeviceStream)device.CreateOwnStream();
        staging = stream.CreateHostMemory(checked((int)buffer.Length));
    }

    /// <summary>The batch that was started last.</summary>
    public Tensor Tensor { get; private set; }

    /// <summary>Starts the copy; the source may change when this returns.</summary>
    /// <param name="source">As many elements as <paramref name="batch"/> examples have.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="layout">Their order.</param>
    /// <exception cref="ArgumentException">The source has another length, or there is no room for that many examples.</exception>
    public void Start(ReadOnlySpan<float> source, int batch, Layout layout)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch * shape.Length, buffer.Length, nameof(batch));
        var tensor = new Tensor(buffer.View, batch, shape);
        // The previous copy may still be reading the staging memory.
        stream.Synchronize();
        tensor.Order(source, layout, staging.Span);
        stream.Writes(tensor.View);
        stream.Upload(staging, tensor.View);
        Tensor = tensor;
    }

    public void Dispose()
    {
        stream.Dispose();
        buffer.Dispose();
        staging.Dispose();
    }
}
