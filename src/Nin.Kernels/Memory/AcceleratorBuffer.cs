using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>Memory of an ILGPU accelerator.</summary>
sealed class AcceleratorBuffer(AcceleratorDevice device, MemoryBuffer1D<float, Stride1D.Dense> memory)
    : DeviceBuffer(device, memory.Length)
{
    public ArrayView<float> Whole => memory.View.BaseView;

    internal override void CopyFrom(ReadOnlySpan<float> source, long offset)
    {
        if (source.IsEmpty) return;
        memory.View.BaseView.SubView(offset, source.Length).CopyFromCPU(device.Accelerator.DefaultStream, source);
    }

    internal override void CopyTo(Span<float> target, long offset)
    {
        if (target.IsEmpty) return;
        memory.View.BaseView.SubView(offset, target.Length).CopyToCPU(device.Accelerator.DefaultStream, target);
    }

    private protected override void Free() => memory.Dispose();
}
