using System.ComponentModel;

namespace Nin;

/// <summary>A session's memory while one batch runs through it. Offsets come from the plan: they are per example and grow with the batch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Arena
{
    readonly DeviceView memory;
    readonly long fixedLength;
    readonly int batch;

    internal Arena(DeviceView memory, long fixedLength, int batch)
    {
        this.memory = memory;
        this.fixedLength = fixedLength;
        this.batch = batch;
    }

    /// <summary>A tensor of the batch.</summary>
    /// <param name="offset">Where it starts, in elements an example.</param>
    /// <param name="length">Elements an example.</param>
    public DeviceView Slot(long offset, long length) => memory.Slice(fixedLength + offset * batch, length * batch);

    /// <summary>A tensor that does not grow with the batch.</summary>
    public DeviceView Fixed(long offset, long length) => memory.Slice(offset, length);
}
