using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>
/// Host memory for small copies that a queue has yet to make. When it is full the host waits for the queue, so that a program that never
/// reads a result runs ahead by as many steps and no more.
/// </summary>
sealed class UploadRing(AcceleratorDevice device, AcceleratorStream queue) : IDisposable
{
    const int Slots = 16;

    HostMemory? memory;
    int slotLength;
    int used;

    /// <summary>Queues a copy whose source may change when this returns.</summary>
    public void Upload(ReadOnlySpan<float> source, ArrayView<float> target)
    {
        if (source.IsEmpty) return;
        if (used == Slots || source.Length > slotLength) Empty(source.Length);
        var slot = memory!.Span.Slice(used++ * slotLength, source.Length);
        source.CopyTo(slot);
        target.SubView(0, source.Length).CopyFromCPUUnsafeAsync(queue, ref slot[0], slot.Length);
    }

    /// <summary>Called when all that was queued is done.</summary>
    public void Completed() => used = 0;

    public void Dispose() => memory?.Dispose();

    void Empty(int length)
    {
        if (used > 0) device.WaitFor(queue);
        used = 0;
        if (length <= slotLength) return;
        memory?.Dispose();
        memory = new HostMemory(device.Accelerator, checked(Slots * length));
        slotLength = length;
    }
}
