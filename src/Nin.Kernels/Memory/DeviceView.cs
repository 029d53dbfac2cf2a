using System.Runtime.InteropServices;
using ILGPU;

namespace Nin;

/// <summary>A range of a <see cref="DeviceBuffer"/>: what kernels read and write. It owns nothing. <c>default</c> means "none".</summary>
public readonly struct DeviceView
{
    readonly DeviceBuffer? buffer;

    internal DeviceView(DeviceBuffer buffer, long offset, long length)
    {
        this.buffer = buffer;
        Offset = offset;
        Length = length;
    }

    /// <summary>True where there is no memory: an optional operand that was left out.</summary>
    public bool IsNone => buffer is null;

    /// <summary>First element, counted from the start of the buffer.</summary>
    public long Offset { get; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>The memory that this is a range of.</summary>
    /// <exception cref="InvalidOperationException">The view is none.</exception>
    /// <exception cref="ObjectDisposedException">The memory was released.</exception>
    public DeviceBuffer Buffer
    {
        get
        {
            if (buffer is null) throw new InvalidOperationException("This view has no memory: it is default(DeviceView).");
            if (buffer.IsDisposed) throw Disposed(buffer.Owner);
            return buffer;
        }
    }

    /// <summary>Whether both begin at the same element of the same memory.</summary>
    internal bool IsAt(DeviceView other) => buffer == other.buffer && Offset == other.Offset;

    /// <summary>
    /// Called after an op: until here its memory is not released, although the op itself holds only a pointer into it. Whoever
    /// passes views to an op calls it (a step, a merge, a loss, an optimiser, a stream's copy); the op does not.
    /// </summary>
    internal void KeepAlive() => GC.KeepAlive(buffer);

    internal static ObjectDisposedException Disposed(string owner) => new(
        owner, $"The memory was freed when its {owner}, or the network that holds it, was disposed: keep it as long as it is used, or make another.");

    /// <summary>A part of this range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside.</exception>
    public DeviceView Slice(long offset, long length)
    {
        // Not offset + length: their sum may overflow.
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"The part of {length} elements from {offset} on reaches outside a view of {Length} elements.");
        return new DeviceView(Buffer, Offset + offset, length);
    }

    /// <summary>Fills the start of the range from host memory.</summary>
    /// <exception cref="ArgumentException">The source is longer than the range.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        if (source.Length > Length) throw new ArgumentException($"{source.Length} elements do not fit a view of {Length}.", nameof(source));
        Buffer.CopyFrom(source, Offset);
    }

    /// <summary>Fills the start of the range with 32-bit integers (labels), whose bits are kept as they are.</summary>
    /// <exception cref="ArgumentException">The source is longer than the range.</exception>
    public void CopyFrom(ReadOnlySpan<int> source) => CopyFrom(MemoryMarshal.Cast<int, float>(source));

    /// <summary>Copies the start of the range to host memory, as many elements as the target holds.</summary>
    /// <exception cref="ArgumentException">The target is longer than the range.</exception>
    public void CopyTo(Span<float> target)
    {
        if (target.Length > Length) throw new ArgumentException($"A view of {Length} elements cannot fill {target.Length}.", nameof(target));
        Buffer.CopyTo(target, Offset);
    }

    /// <summary>The range as an array in host memory.</summary>
    public float[] ToArray()
    {
        var array = new float[Length];
        CopyTo(array);
        return array;
    }
}

/// <summary>How a variant accesses a view's memory: a pointer on the CPU, an array view on an accelerator.</summary>
static unsafe class DeviceViewAccess
{
    extension(DeviceView view)
    {
        /// <summary>The first element, or null for none.</summary>
        public float* Pointer => view.IsNone ? null : ((CpuBuffer)view.Buffer).Pointer + view.Offset;

        /// <summary>The first element as 32-bit integers.</summary>
        public int* Integers => (int*)view.Pointer;

        /// <summary>The first element as bytes.</summary>
        public byte* Bytes => (byte*)view.Pointer;

        /// <summary>The range on an accelerator; an empty view for none.</summary>
        public ArrayView<float> Array =>
            view.IsNone ? ArrayView<float>.Empty : ((AcceleratorBuffer)view.Buffer).Whole.SubView(view.Offset, view.Length);

        /// <summary>The range on an accelerator as 32-bit integers.</summary>
        public ArrayView<int> IntegerArray => view.Array.Cast<int>();

        /// <summary>The range on an accelerator as bytes.</summary>
        public ArrayView<byte> ByteArray => view.Array.Cast<byte>();
    }
}
