namespace Nin.Shapes.Sizes;

/// <summary>How memory is divided: every tensor starts on a 256-byte boundary, which device pointers are assumed to have.</summary>
static partial class SlotSize
{
    /// <summary>Bytes in a slot.</summary>
    public const int Bytes = 256;

    /// <summary>Float32 elements in a slot.</summary>
    public const int Floats = Bytes / sizeof(float);

    /// <summary>The smallest multiple of a slot, in float32 elements, that holds <paramref name="floats"/>.</summary>
    public static long RoundUp(long floats) => (floats + Floats - 1) / Floats * Floats;
}
