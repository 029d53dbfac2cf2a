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
