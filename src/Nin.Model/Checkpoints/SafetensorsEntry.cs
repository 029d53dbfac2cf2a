namespace Nin.Checkpoints;

/// <summary>A tensor as the header of a safetensors file lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte behind the last.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Elements.</summary>
    public long Length => (End - Begin) / SizeOf(Type);

    /// <summary><c>F32 [96, 1, 11, 11]</c>.</summary>
    public string Kind => KindOf(Type, Shape);

    internal static string KindOf(SafetensorsType type, IReadOnlyList<long> shape) => $"{type} [{string.Join(", ", shape)}]";

    internal static int SizeOf(SafetensorsType type) => type == SafetensorsType.I64 ? sizeof(long) : sizeof(float);
}
