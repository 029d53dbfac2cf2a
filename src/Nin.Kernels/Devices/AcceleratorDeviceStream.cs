using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>A queue of an ILGPU accelerator: the device's main one, which several streams share, or one of the stream's own.</summary>
sealed class AcceleratorDeviceStream(AcceleratorDevice device, AcceleratorStream queue) : DeviceStream(device)
{
    readonly UploadRing uploads = new(device, queue);
    bool disposed;

    public AcceleratorStream Queue { get; } = queue;

    public override void Reads(DeviceView view)
    {
        if (!view.IsNone) Uses(view).Read(Queue);
    }

    public override void Writes(DeviceView view)
    {
        if (!view.IsNone) Uses(view).Write(Queue);
    }

    public override void Upload(ReadOnlySpan<float> source, DeviceView target)
    {
        device.Accelerator.Bind();
        uploads.Upload(source, target.Array);
    }

    /// <summary>Host memory that copies can start from.</summary>
    public HostMemory CreateHostMemory(int length)
    {
        device.Accelerator.Bind();
        return new HostMemory(device.Accelerator, length);
    }

    /// <summary>Queues a copy from the start of host memory, which must not change until the stream is synchronised.</summary>
    public void Upload(HostMemory source, DeviceView target)
    {
        device.Accelerator.Bind();
        int length = checked((int)target.Length);
        target.Array.CopyFromCPUUnsafeAsync(Queue, ref source.Span[0], length);
    }

    public override void Download(DeviceView source, Span<float> target)
    {
        ((AcceleratorBuffer)source.Buffer).CopyTo(target, source.Offset, Queue);
        uploads.Completed();
    }

    public override void Synchronize()
    {
        device.WaitFor(Queue);
        uploads.Completed();
    }

    public override void Dispose()
    {
        if (disposed) return;
        disposed = true;
        if (!device.IsDisposed) Synchronize();
        uploads.Dispose();
        base.Dispose();
        device.Return(Queue);
    }

    static BufferUses Uses(DeviceView view) => ((AcceleratorBuffer)view.Buffer).Uses;
}
