using Nin.Ops;

namespace Nin;

/// <summary>
/// The order in which work reaches a device, with the scratch memory of the op that is running. One thread at a time uses a stream.
/// </summary>
abstract class DeviceStream(Device device) : IDisposable
{
    DeviceBuffer? scratch;

    public Device Device { get; } = device;

    /// <summary>Bytes of scratch that ops have asked for so far.</summary>
    public long ScratchBytes => (scratch?.Length ?? 0) * sizeof(float);

    /// <summary>Scratch of the op that asks: its content is undefined now, and undefined again when the op returns.</summary>
    /// <param name="length">Float32 elements; an op asks once, for everything that it needs.</param>
    public DeviceView Scratch(long length)
    {
        if (length == 0) return default;
        if (scratch is null || scratch.Length < length)
        {
            Synchronize();
            scratch?.Dispose();
            scratch = null;
            scratch = Device.Allocate(length);
            Writes(scratch.View);
            MemoryMoved();
        }

        return scratch.View.Slice(0, length);
    }

    /// <summary>
    /// Begins a pass that is likely to launch what others of its kind have launched; when the result is disposed, all of it is queued. Until then its launches may be
    /// held back: the caller keeps alive what they use, and calls <see cref="Submit"/> before another thread may order work after them.
    /// </summary>
    public virtual ListedPass BeginPass(in PassKind kind) => default;

    /// <summary>Queues the launches that the pass under way holds back.</summary>
    public virtual void Submit()
    {
    }

    /// <summary>Notes that memory which passes use was replaced.</summary>
    public virtual void MemoryMoved()
    {
    }

    /// <summary>Notes that the work queued next reads memory that other streams may write: it comes after theirs.</summary>
    public virtual void Reads(DeviceView view)
    {
    }

    /// <summary>Notes that the work queued next writes memory that other streams may use: it comes after theirs.</summary>
    public virtual void Writes(DeviceView view)
    {
    }

    /// <summary>Queues a small copy from host memory, which may change when this returns. The target's use is noted by the caller.</summary>
    public virtual void Upload(ReadOnlySpan<float> source, DeviceView target) => target.CopyFrom(source);

    /// <summary>Copies to host memory after all work of this stream, and waits for it. The source's use is noted by the caller.</summary>
    public virtual void Download(DeviceView source, Span<float> target) => source.CopyTo(target);

    /// <summary>Copies one view to another of the same length.</summary>
    public void Copy(DeviceView source, DeviceView target)
    {
        // A block counts in 32 bits.
        const long Piece = 1 << 30;
        for (long at = 0; at < source.Length; at += Piece)
        {
            int length = (int)Math.Min(Piece, source.Length - at);
            var block = new Block2d(1, length, length, length);
            Device.Kernels.Get<ICopyBlock>().Run(this, block, source.Slice(at, length), target.Slice(at, length), accumulate: false);
        }

        source.KeepAlive();
        target.KeepAlive();
    }

    /// <summary>Waits for all work of this stream.</summary>
    public abstract void Synchronize();

    public virtual void Dispose()
    {
        scratch?.Dispose();
        scratch = null;
    }
}
