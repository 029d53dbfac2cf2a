using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Memory that a tape hands out piece by piece and takes back all at once; it grows by whole buffers, so that views stay good.</summary>
sealed class TapeMemory(Device device) : IDisposable
{
    const long MinimumBuffer = 1 << 20;

    readonly List<DeviceBuffer> buffers = [];
    int current;
    long used;

    public long Bytes => buffers.Sum(b => b.Length) * sizeof(float);

    public DeviceView Allocate(long length)
    {
        if (length == 0) return default;
        long slot = SlotSize.RoundUp(length);
        while (current < buffers.Count && buffers[current].Length - used < slot)
        {
            current++;
            used = 0;
        }

        if (current == buffers.Count) buffers.Add(device.Allocate(Math.Max(slot, MinimumBuffer)));
        var view = buffers[current].View.Slice(used, length);
        used += slot;
        return view;
    }

    public void Reset()
    {
        current = 0;
        used = 0;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers) buffer.Dispose();
        buffers.Clear();
    }
}
