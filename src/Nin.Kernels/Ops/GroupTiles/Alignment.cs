namespace Nin.Ops;

/// <summary>Where memory may be read and written four numbers at a time.</summary>
static class Alignment
{
    /// <summary>Whether pixels of so many channels (in each group) begin and end at multiples of 16 bytes. Buffers begin at multiples of 256.</summary>
    public static bool InQuads(DeviceView view, int channels) => channels % Float4.Length == 0 && view.Offset % Float4.Length == 0;
}
