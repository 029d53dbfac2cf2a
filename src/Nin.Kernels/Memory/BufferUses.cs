using ILGPU.Runtime;

namespace Nin;

/// <summary>
/// Which queues write and read a piece of memory: a reader runs after the last writer, a writer after all readers. The device keeps
/// that order itself; no thread waits. Each burst of work is noted before it is queued.
/// </summary>
sealed class BufferUses(AcceleratorDevice device)
{
    readonly Lock gate = new();
    readonly List<AcceleratorStream> readers = [];
    AcceleratorStream writer = device.Accelerator.DefaultStream;

    /// <summary>The queue that wrote last: after its work the memory can be read.</summary>
    public AcceleratorStream Writer
    {
        get
        {
            lock (gate) return writer;
        }
    }

    public void Read(AcceleratorStream queue)
    {
        lock (gate)
        {
            if (queue == writer || readers.Contains(queue)) return;
            device.Order(writer, queue);
            readers.Add(queue);
        }
    }

    public void Write(AcceleratorStream queue)
    {
        lock (gate)
        {
            device.Order(writer, queue);
            foreach (var reader in readers) device.Order(reader, queue);
            readers.Clear();
            writer = queue;
        }
    }

    /// <summary>Returns when no queue uses the memory any more.</summary>
    public void WaitForAll()
    {
        lock (gate)
        {
            // The device's main queue may have used it without a note.
            device.WaitFor(device.Accelerator.DefaultStream);
            if (writer != device.Accelerator.DefaultStream) device.WaitFor(writer);
            foreach (var reader in readers.Where(r => r != writer)) device.WaitFor(reader);
            readers.Clear();
        }
    }
}
