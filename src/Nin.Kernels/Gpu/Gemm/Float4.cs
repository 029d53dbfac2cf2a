namespace Nin.Ops;

/// <summary>Four neighbouring numbers: what a GPU reads or writes at a time, where their address is a multiple of 16 bytes.</summary>
struct Float4
{
    /// <summary>Numbers in it.</summary>
    public const int Length = 4;

    public float S0, S1, S2, S3;
}

/// <summary>Where memory may be read and written four numbers at a time.</summary>
static class Alignment
{
    /// <summary>Whether pixels of so many channels (in each group) begin and end at multiples of 16 bytes. Buffers begin at multiples of 256.</summary>
    public static bool InQuads(DeviceView view, int channels) => channels % Float4.Length == 0 && view.Offset % Float4.Length == 0;
}

/// <summary>A thread's share of a buffer, on its way from global to shared memory.</summary>
struct FetchedQuads
{
    public Float4 Left0, Left1, Right0, Right1;
}
