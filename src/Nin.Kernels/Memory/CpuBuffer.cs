using System.Runtime.InteropServices;

namespace Nin;

/// <summary>Memory of the process, aligned for the widest vector.</summary>
sealed unsafe class CpuBuffer : DeviceBuffer
{
    const int Alignment = 64;

    public CpuBuffer(Device device, long length)
        : base(device, length) =>
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1) * sizeof(float), Alignment);

    ~CpuBuffer() => Free();

    public float* Pointer { get; private set; }

    internal override void CopyFrom(ReadOnlySpan<float> source, long offset) =>
        source.CopyTo(new Span<float>(Pointer + offset, source.Length));

    internal override void CopyTo(Span<float> target, long offset) =>
        new ReadOnlySpan<float>(Pointer + offset, target.Length).CopyTo(target);

    private protected override void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
