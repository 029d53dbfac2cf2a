using System.Buffers;
using System.Collections.Concurrent;

namespace Nin.Model.Tests.Data;

/// <summary>Pixels that know which threads have read them.</summary>
sealed class WatchedMemory(byte[] bytes) : MemoryManager<byte>
{
    public ConcurrentBag<Thread> Readers { get; } = [];

    public bool Broken { get; set; }

    public override Span<byte> GetSpan()
    {
        Readers.Add(Thread.CurrentThread);
        return Broken ? throw new InvalidDataException("broken") : bytes;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
    }
}
