using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nin.Checkpoints;

/// <summary>
/// Collects tensors and writes them as a safetensors file (github.com/huggingface/safetensors). Values are asked for when their turn to be
/// written comes, so that one tensor at a time is in host memory.
/// </summary>
public sealed class SafetensorsWriter
{
    readonly List<(string Name, SafetensorsType Type, long[] Shape, long Bytes, Action<Stream> Write)> tensors = [];
    readonly HashSet<string> names = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    /// <summary>Bytes of the file as it is now.</summary>
    public long Length => Header().Length + tensors.Sum(t => t.Bytes);

    /// <summary>Adds a string to <c>__metadata__</c>, or replaces it.</summary>
    public void SetMetadata(string key, string value) => metadata[key] = value;

    /// <summary>Adds a tensor of 32-bit floats.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="values">Gives its elements, as many as the shape has.</param>
    /// <exception cref="ArgumentException">The name is used already, or there are too many dimensions or elements.</exception>
    public void AddFloats(string name, ReadOnlySpan<long> shape, Func<float[]> values) =>
        Add(name, SafetensorsType.F32, shape, (stream, length) =>
        {
            float[] elements = Checked(name, values(), length);
            if (!BitConverter.IsLittleEndian) elements = Array.ConvertAll(elements, Reverse);
            stream.Write(MemoryMarshal.AsBytes(elements.AsSpan()));
        });

    /// <summary>Adds a tensor of 64-bit integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions; none for a scalar.</param>
    /// <param name="values">Gives its elements, as many as the shape has.</param>
    /// <exception cref="ArgumentException">The name is used already, or there are too many dimensions or elements.</exception>
    public void AddIntegers(string name, ReadOnlySpan<long> shape, Func<long[]> values) =>
        Add(name, SafetensorsType.I64, shape, (stream, length) =>
        {
            long[] elements = Checked(name, values(), length);
            if (!BitConverter.IsLittleEndian) elements = Array.ConvertAll(elements, BinaryPrimitives.ReverseEndianness);
            stream.Write(MemoryMarshal.AsBytes(elements.AsSpan()));
        });

    /// <summary>Replaces a file as a whole; see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The file could not be written; the previous content is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, WriteTo, Length);

    /// <summary>Writes header and data.</summary>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Header());
        foreach (var tensor in DataOrder()) tensor.Write(stream);
    }

    byte[] Header()
    {
        long begin = 0;
        var entries = new List<SafetensorsEntry>();
        foreach (var (name, type, shape, bytes, _) in DataOrder())
        {
            entries.Add(new SafetensorsEntry(name, type, shape, begin, begin + bytes));
            begin += bytes;
        }

        return SafetensorsHeader.Encode(entries, metadata);
    }

    // The widest elements first, else as added: every tensor starts on a multiple of its element's size, which readers that map the file need.
    IEnumerable<(string Name, SafetensorsType Type, long[] Shape, long Bytes, Action<Stream> Write)> DataOrder() =>
        tensors.OrderByDescending(t => SafetensorsEntry.SizeOf(t.Type));

    void Add(string name, SafetensorsType type, ReadOnlySpan<long> shape, Action<Stream, long> write)
    {
        if (!names.Add(name)) throw new ArgumentException($"Tensor '{name}' exists already; each name must be used once.", nameof(name));
        foreach (long dim in shape) ArgumentOutOfRangeException.ThrowIfNegative(dim, nameof(shape));
        if (shape.Length > SafetensorsEntry.MaxRank || SafetensorsEntry.BytesOf(type, shape) is not { } bytes)
            throw new ArgumentException(
                $"Tensor '{name}' is {SafetensorsEntry.KindOf(type, shape.ToArray())}; it must have at most {SafetensorsEntry.MaxRank} dimensions and {long.MaxValue:N0} bytes.",
                nameof(shape));
        long length = bytes / SafetensorsEntry.SizeOf(type);
        tensors.Add((name, type, shape.ToArray(), bytes, stream => write(stream, length)));
    }

    static T[] Checked<T>(string name, T[] values, long length) => values.Length == length
        ? values
        : throw new ArgumentException($"Tensor '{name}' has {values.Length} elements where its shape has {length}.", nameof(values));

    static float Reverse(float value) =>
        BitConverter.Int32BitsToSingle(BinaryPrimitives.ReverseEndianness(BitConverter.SingleToInt32Bits(value)));
}
