using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Microsoft.Win32.SafeHandles;

namespace Nin;

/// <summary>Memory on a device, with an owner: float32 elements, starting on a 256-byte boundary or, on the CPU, a 64-byte one.</summary>
public abstract class DeviceBuffer : IDisposable
{
    int isDisposed;

    private protected DeviceBuffer(Device device, long length)
    {
        Device = device;
        Length = length;
    }

    /// <summary>Releases memory that its owner forgot.</summary>
    ~DeviceBuffer()
    {
        // The constructor may have failed to allocate.
        if (HasMemory && Interlocked.Exchange(ref isDisposed, 1) == 0) Abandon();
    }

    /// <summary>Where the memory is.</summary>
    public Device Device { get; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>True once the memory is released.</summary>
    public bool IsDisposed => isDisposed != 0;

    /// <summary>The public type that owns the memory, for messages.</summary>
    internal string Owner { get; set; } = nameof(DeviceBuffer);

    /// <summary>The whole buffer.</summary>
    public DeviceView View => new(this, 0, Length);

    /// <summary>Copies from host memory, done when it returns.</summary>
    internal abstract void CopyFrom(ReadOnlySpan<float> source, long offset);

    /// <summary>Copies to host memory, after all work that was queued before.</summary>
    internal abstract void CopyTo(Span<float> target, long offset);

    /// <summary>Releases the memory; a second call, from any thread, does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        Free();
        Device.Released(this);
        GC.SuppressFinalize(this);
    }

    /// <summary>False where the constructor failed before it had memory.</summary>
    private protected abstract bool HasMemory { get; }

    private protected abstract void Free();

    /// <summary>Called by the finaliser's thread, which must not wait for a device.</summary>
    private protected virtual void Abandon()
    {
        Free();
        Device.Released(this);
    }
}

/// <summary>Memory of the process, aligned for the widest vector.</summary>
sealed unsafe class CpuBuffer : DeviceBuffer
{
    readonly AlignedMemory memory;
    MemoryBuffer? shared;

    public CpuBuffer(Device device, long length, bool zeros)
        : base(device, length)
    {
        memory = new AlignedMemory((nuint)Math.Max(length, 1) * sizeof(float), zeros);
        Pointer = memory.Start;
    }

    /// <summary>The first element; the pointer keeps nothing alive (<see cref="DeviceView.KeepAlive"/>).</summary>
    public float* Pointer { get; private set; }

    internal override void CopyFrom(ReadOnlySpan<float> source, long offset)
    {
        using var held = Hold();
        source.CopyTo(new Span<float>(memory.Start + offset, source.Length));
    }

    internal override void CopyTo(Span<float> target, long offset)
    {
        using var held = Hold();
        new ReadOnlySpan<float>(memory.Start + offset, target.Length).CopyTo(target);
    }

    /// <summary>The same memory as an array view of the host's accelerator.</summary>
    public MemoryBuffer On(Accelerator accelerator)
    {
        var known = Volatile.Read(ref shared);
        if (known is not null) return known;
        var created = CPUMemoryBuffer.Create(accelerator, (nint)Pointer, Length, sizeof(float));
        return Interlocked.CompareExchange(ref shared, created, null) ?? created;
    }

    private protected override bool HasMemory => memory is not null;

    private protected override void Free()
    {
        memory.Dispose();
        Pointer = null;
    }

    // Results are copied out by threads of the user's, and another one may dispose the session in the middle, from when on Pointer is null.
    Held Hold()
    {
        bool isHeld = false;
        try
        {
            memory.DangerousAddRef(ref isHeld);
        }
        catch (ObjectDisposedException)
        {
            throw DeviceView.Disposed(Owner);
        }

        return new Held(memory);
    }

    readonly ref struct Held(AlignedMemory memory)
    {
        public void Dispose() => memory.DangerousRelease();
    }

    /// <summary>Given back when it was disposed and nobody holds it any more.</summary>
    sealed class AlignedMemory : SafeHandleZeroOrMinusOneIsInvalid
    {
        const int Alignment = 64;

        // Aligned here: the system has no call for aligned zeros, and writing them would take every page.
        public AlignedMemory(nuint bytes, bool zeros)
            : base(ownsHandle: true)
        {
            void* memory = zeros ? NativeMemory.AllocZeroed(bytes + Alignment) : NativeMemory.Alloc(bytes + Alignment);
            SetHandle((nint)memory);
            LargePages.Ask(memory, bytes);
        }

        public float* Start => (float*)((handle + Alignment - 1) & -Alignment);

        protected override bool ReleaseHandle()
        {
            NativeMemory.Free((void*)handle);
            return true;
        }
    }
}

/// <summary>Memory of an ILGPU accelerator: a range of its arena.</summary>
sealed class AcceleratorBuffer(AcceleratorDevice device, long length, ArenaRange range) : DeviceBuffer(device, length)
{
    public ArrayView<float> Whole { get; } = range.View(Math.Max(length, 1));

    /// <summary>Where it is, for tests.</summary>
    public ArenaRange Range => range;

    public BufferUses Uses { get; } = new(device);

    internal override void CopyFrom(ReadOnlySpan<float> source, long offset)
    {
        if (source.IsEmpty) return;
        var queue = device.Accelerator.DefaultStream;
        Uses.Write(queue);
        Whole.SubView(offset, source.Length).CopyFromCPU(queue, source);
        device.CountWait();
        GC.KeepAlive(this);
    }

    internal override void CopyTo(Span<float> target, long offset) => CopyTo(target, offset, Uses.Writer);

    /// <summary>Copies after the work of a queue that has noted its use.</summary>
    public void CopyTo(Span<float> target, long offset, AcceleratorStream queue)
    {
        if (target.IsEmpty) return;
        device.Graphs?.Submit(queue);
        Whole.SubView(offset, target.Length).CopyToCPU(queue, target);
        device.CountWait();
        GC.KeepAlive(this);
    }

    /// <summary>Writes zeros.</summary>
    public void Clear()
    {
        // Piece by piece: an array as long as the buffer would stay in the host's heap for as long as nothing else is allocated there.
        const int Piece = 1 << 14;
        var zeros = new float[Math.Min(Length, Piece)];
        for (long at = 0; at < Length; at += Piece) CopyFrom(zeros.AsSpan(0, (int)Math.Min(Piece, Length - at)), at);
    }

    // Set last by the constructor.
    private protected override bool HasMemory => Uses is not null;

    private protected override void Free() => device.Give(this);

    private protected override void Abandon()
    {
        device.Released(this);
        device.Abandon(range);
    }
}
