using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>A queue of an ILGPU accelerator: the device's main one, which several streams share, or one of the stream's own.</summary>
sealed class AcceleratorDeviceStream(AcceleratorDevice device, AcceleratorStream queue) : DeviceStream(device)
{
    readonly UploadRing uploads = new(device, queue);
    LaunchLists? lists;
    bool disposed;

    /// <summary>For work that is not a launch of a pass: what the pass has launched so far is queued before it.</summary>
    public AcceleratorStream Queue
    {
        get
        {
            List?.Break();
            return queue;
        }
    }

    /// <summary>Takes the launches of the pass that is under way; null where they are queued one by one.</summary>
    public LaunchList? List => lists?.Current;

    public override ListedPass BeginPass(in PassKind kind)
    {
        if (device.Graphs is not { IsOn: true } graphs) return default;
        lists ??= new LaunchLists(graphs, (CudaStream)queue);
        return lists.Begin(kind);
    }

    public override void Submit() => List?.Break();

    public override void MemoryMoved() => lists?.Forget();

    // A note is no break: this stream may wait for others sooner than it must, and what others wait for is queued when the call that notes it returns.
    public override void Reads(DeviceView view)
    {
        if (!view.IsNone) Uses(view).Read(queue);
    }

    public override void Writes(DeviceView view)
    {
        if (!view.IsNone) Uses(view).Write(queue);
    }

    public override void Upload(ReadOnlySpan<float> source, DeviceView target)
    {
        device.Accelerator.Bind();
        List?.Break();
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
        lists?.Dispose();
        uploads.Dispose();
        base.Dispose();
        device.Return(queue);
    }

    static BufferUses Uses(DeviceView view) => ((AcceleratorBuffer)view.Buffer).Uses;
}
