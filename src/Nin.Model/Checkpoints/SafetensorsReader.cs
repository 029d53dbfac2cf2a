using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nin.Checkpoints;

/// <summary>
/// Reads a safetensors file (github.com/huggingface/safetensors) a tensor at a time. Opening it checks the whole header: every tensor that
/// it lists can then be read.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    readonly FileStream file;
    readonly SafetensorsHeader header;
    readonly Dictionary<string, SafetensorsEntry> byName;

    SafetensorsReader(string path, FileStream file, SafetensorsHeader header)
    {
        Path = path;
        this.file = file;
        this.header = header;
        byName = header.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors => header.Tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is cut short, its header is too long or no JSON, byte ranges overlap, leave holes or reach outside, or an element type is
    /// neither F32 nor I64.
    /// </exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static SafetensorsReader Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new SafetensorsReader(path, file, SafetensorsHeader.Read(file));
        }
        catch (Exception exception)
        {
            file.Dispose();
            if (exception is InvalidDataException or EndOfStreamException)
                throw new InvalidDataException($"{path} cannot be used: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>A tensor by its name, or null.</summary>
    public SafetensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads a tensor of 32-bit floats.</summary>
    /// <exception cref="ArgumentException">There is no such tensor, or of another type.</exception>
    /// <exception cref="InvalidDataException">The file was cut while it was open.</exception>
    public float[] ReadFloats(string name)
    {
        var values = new float[Require(name, SafetensorsType.F32).Length];
        ReadBytes(name, MemoryMarshal.AsBytes(values.AsSpan()));
        if (!BitConverter.IsLittleEndian) Reverse(MemoryMarshal.Cast<float, int>(values.AsSpan()));
        return values;

        static void Reverse(Span<int> words) => BinaryPrimitives.ReverseEndianness(words, words);
    }

    /// <summary>Reads a tensor of 64-bit integers.</summary>
    /// <exception cref="ArgumentException">There is no such tensor, or of another type.</exception>
    /// <exception cref="InvalidDataException">The file was cut while it was open.</exception>
    public long[] ReadIntegers(string name)
    {
        var values = new long[Require(name, SafetensorsType.I64).Length];
        ReadBytes(name, MemoryMarshal.AsBytes(values.AsSpan()));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(values, values);
        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    SafetensorsEntry Require(string name, SafetensorsType type)
    {
        var entry = Find(name) ?? throw new ArgumentException($"{Path} has no tensor '{name}'.", nameof(name));
        return entry.Type == type ? entry : throw new ArgumentException($"Tensor '{name}' of {Path} is {entry.Kind}, not {type}.", nameof(name));
    }

    void ReadBytes(string name, Span<byte> target)
    {
        file.Position = header.DataOffset + byName[name].Begin;
        try
        {
            file.ReadExactly(target);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{Path} was cut short while tensor '{name}' was read.", exception);
        }
    }
}
