using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>Memory of an ILGPU accelerator: a range of its arena.</summary>
sealed class AcceleratorBuffer(AcceleratorDevice device, long length, ArenaRange range) : DeviceBuffer(device, length)
{
    ~AcceleratorBuffer()
    {
        device.Released(this);
        device.Abandon(range);
    }

    public ArrayView<float> Whole { get; } = range.View(Math.Max(length, 1));

    /// <summary>Where it lies, for tests.</summary>
    public ArenaRange Range => range;

    public BufferUses Uses { get; } = new(device);

    internal override void CopyFrom(ReadOnlySpan<float> source, long offset)
    {
        if (source.IsEmpty) return;
        var queue = device.Accelerator.DefaultStream;
        Uses.Write(queue);
        Whole.SubView(offset, source.Length).CopyFromCPU(queue, source);
        device.CountWait();
    }

    internal override void CopyTo(Span<float> target, long offset) => CopyTo(target, offset, Uses.Writer);

    /// <summary>Copies behind the work of a queue that has noted its use.</summary>
    public void CopyTo(Span<float> target, long offset, AcceleratorStream queue)
    {
        if (target.IsEmpty) return;
        Whole.SubView(offset, target.Length).CopyToCPU(queue, target);
        device.CountWait();
    }

    private protected override void Free() => device.Give(this);
}
