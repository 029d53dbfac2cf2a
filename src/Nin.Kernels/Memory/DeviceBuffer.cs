namespace Nin;

/// <summary>Memory on a device that somebody owns: float32 elements, starting on a 256-byte boundary or, on the CPU, a 64-byte one.</summary>
public abstract class DeviceBuffer : IDisposable
{
    private protected DeviceBuffer(Device device, long length)
    {
        Device = device;
        Length = length;
    }

    /// <summary>Where the memory is.</summary>
    public Device Device { get; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>True once the memory is given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>The public type that owns the memory, for messages.</summary>
    internal string Owner { get; set; } = nameof(DeviceBuffer);

    /// <summary>The whole buffer.</summary>
    public DeviceView View => new(this, 0, Length);

    /// <summary>Writes zeros.</summary>
    internal void Clear()
    {
        // Piece by piece: an array as long as the buffer would stay in the host's heap for as long as nothing else is allocated there.
        const int Piece = 1 << 14;
        var zeros = new float[Math.Min(Length, Piece)];
        for (long at = 0; at < Length; at += Piece) CopyFrom(zeros.AsSpan(0, (int)Math.Min(Piece, Length - at)), at);
    }

    /// <summary>Copies from host memory, done when it returns.</summary>
    internal abstract void CopyFrom(ReadOnlySpan<float> source, long offset);

    /// <summary>Copies to host memory, after all work that was queued before.</summary>
    internal abstract void CopyTo(Span<float> target, long offset);

    /// <summary>Gives the memory back; a second call does nothing.</summary>
    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        Free();
        Device.Released(this);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Free();
}
