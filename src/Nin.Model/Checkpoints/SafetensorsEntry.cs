namespace Nin.Checkpoints;

/// <summary>A tensor as the header of a safetensors file lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte after the last.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>The most dimensions that a tensor in a file may have.</summary>
    public const int MaxRank = 8;

    /// <summary>Elements.</summary>
    public long Length => (End - Begin) / SizeOf(Type);

    /// <summary><c>F32 [96, 1, 11, 11]</c>.</summary>
    public string Kind => KindOf(Type, Shape);

    internal static string KindOf(SafetensorsType type, IReadOnlyList<long> shape) => $"{type} [{string.Join(", ", shape)}]";

    /// <summary>Whether its elements are real numbers, which are read as 32-bit floats.</summary>
    public bool IsFloat => Type != SafetensorsType.I64;

    internal static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F16 or SafetensorsType.BF16 => sizeof(ushort),
        SafetensorsType.F32 => sizeof(float),
        _ => sizeof(double),
    };

    /// <summary>The bytes that a tensor takes, or null if they are more than <see cref="long.MaxValue"/>.</summary>
    internal static long? BytesOf(SafetensorsType type, ReadOnlySpan<long> shape)
    {
        if (shape.Contains(0)) return 0;
        UInt128 bytes = (UInt128)SizeOf(type);
        foreach (long dim in shape)
        {
            bytes *= (UInt128)dim; // Both are below 2^63.
            if (bytes > long.MaxValue) return null;
        }

        return (long)bytes;
    }
}

/// <summary>Element types of safetensors files that Nin reads; the names are the format's. It writes F32 and I64.</summary>
public enum SafetensorsType
{
    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>64-bit signed integers.</summary>
    I64,

    /// <summary>16-bit floats (IEEE 754).</summary>
    F16,

    /// <summary>The upper half of 32-bit floats.</summary>
    BF16,

    /// <summary>64-bit floats.</summary>
    F64,
}
