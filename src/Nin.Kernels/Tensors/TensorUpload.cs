namespace Nin;

/// <summary>
/// A batch on its way to a device: any thread puts it in order in host memory that the driver reads by itself, and the copy runs beside
/// the work of sessions. A session that is given the tensor comes behind the copy, and the next copy behind the session's step.
/// </summary>
sealed class TensorUpload : IDisposable
{
    readonly AcceleratorDeviceStream stream;
    readonly DeviceBuffer buffer;
    readonly HostMemory staging;
    readonly Shape shape;

    /// <param name="device">Where to: one that copies beside its work.</param>
    /// <param name="capacity">Examples of the largest batch.</param>
    /// <param name="shape">Shape of one.</param>
    /// <exception cref="InsufficientMemoryException">The device has not so much.</exception>
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
    /// <exception cref="ArgumentException">The source has another length, or there is no room for so many examples.</exception>
    public void Start(ReadOnlySpan<float> source, int batch, Layout layout)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch * shape.Length, buffer.Length, nameof(batch));
        var tensor = new Tensor(buffer.View, batch, shape);
        // The copy before may still read the staging memory.
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
