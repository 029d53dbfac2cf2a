using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nin.Checkpoints;

/// <summary>
/// Reads a safetensors file (github.com/huggingface/safetensors) a tensor at a time. Opening it checks the whole header: every tensor that
/// it lists can then be read.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    const int ElementsAtOnce = 1 << 16;

    readonly Stream file;
    readonly SafetensorsHeader header;
    readonly long origin;
    readonly bool leaveOpen;

    SafetensorsReader(string path, Stream file, bool leaveOpen)
    {
        Path = path;
        this.file = file;
        this.leaveOpen = leaveOpen;
        origin = file.Position;
        header = SafetensorsHeader.Read(file);
    }

    /// <summary>The file; of a stream its file's path if it has one, else <c>the stream</c>.</summary>
    public string Path { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors => header.Tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is cut short, its header is too long or not JSON, a name or a key occurs twice, a tensor has more than
    /// <see cref="SafetensorsEntry.MaxRank"/> dimensions, byte ranges overlap, leave holes or reach outside, or an element type is none of
    /// <see cref="SafetensorsType"/>.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SafetensorsReader Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Open(path, file, leaveOpen: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a stream from its current position to its end, with the same checks. It is left open; one that cannot seek is first taken into memory.
    /// </summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">As of a file; or a stream that cannot seek is longer than memory takes.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static SafetensorsReader Open(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead) throw new ArgumentException("The stream cannot be read: it was closed, or is open for writing alone.", nameof(stream));
        string name = stream is FileStream { Name: { Length: > 0 } path } ? path : "the stream";
        return Open(name, stream.CanSeek ? stream : InMemory(stream, name), leaveOpen: true);
    }

    static SafetensorsReader Open(string path, Stream file, bool leaveOpen)
    {
        try
        {
            return new SafetensorsReader(path, file, leaveOpen);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path} cannot be used: {exception.Message}", exception);
        }
    }

    static MemoryStream InMemory(Stream stream, string name)
    {
        var memory = new MemoryStream();
        byte[] part = new byte[1 << 16];
        for (int read; (read = stream.Read(part)) > 0;)
        {
            if (memory.Length > Array.MaxLength - read)
                throw new InvalidDataException($"{name} is longer than {Array.MaxLength:N0} bytes, the most that is read from one that cannot seek; save it as a file.");
            memory.Write(part, 0, read);
        }

        memory.Position = 0;
        return memory;
    }

    /// <summary>A tensor by its name, or null.</summary>
    public SafetensorsEntry? Find(string name) => header.Find(name);

    /// <summary>Reads a tensor of floats of any length, each as the nearest 32-bit one.</summary>
    /// <exception cref="ArgumentException">There is no tensor of that name and type.</exception>
    /// <exception cref="InvalidDataException">It is longer than an array can be, or the file was cut while it was open.</exception>
    public float[] ReadFloats(string name)
    {
        var entry = Find(name) is { IsFloat: true } found ? found : Require(name, SafetensorsType.F32);
        var values = new float[ArrayLength(entry)];
        if (entry.Type == SafetensorsType.F32)
        {
            ReadBytes(entry, MemoryMarshal.AsBytes(values.AsSpan()));
            var words = MemoryMarshal.Cast<float, int>(values.AsSpan());
            if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
            return values;
        }

        int size = SafetensorsEntry.SizeOf(entry.Type);
        byte[] part = new byte[Math.Min(values.Length, ElementsAtOnce) * size];
        for (int first = 0; first < values.Length; first += ElementsAtOnce)
        {
            int count = Math.Min(values.Length - first, ElementsAtOnce);
            ReadBytes(entry, part.AsSpan(0, count * size), (long)first * size);
            for (int i = 0; i < count; i++) values[first + i] = Widen(entry.Type, part.AsSpan(i * size));
        }

        return values;
    }

    /// <summary>Reads a tensor of 64-bit integers.</summary>
    /// <exception cref="ArgumentException">There is no tensor of that name and type.</exception>
    /// <exception cref="InvalidDataException">It is longer than an array can be, or the file was cut while it was open.</exception>
    public long[] ReadIntegers(string name)
    {
        var entry = Require(name, SafetensorsType.I64);
        var values = new long[ArrayLength(entry)];
        ReadBytes(entry, MemoryMarshal.AsBytes(values.AsSpan()));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(values, values);
        return values;
    }

    /// <summary>Closes the file; a stream that was given is left open.</summary>
    public void Dispose()
    {
        if (!leaveOpen) file.Dispose();
    }

    SafetensorsEntry Require(string name, SafetensorsType type)
    {
        var entry = Find(name) ?? throw new ArgumentException($"{Path} has no tensor '{name}'.", nameof(name));
        return entry.Type == type ? entry : throw new ArgumentException($"Tensor '{name}' of {Path} is {entry.Kind}, not {type}.", nameof(name));
    }

    // The bytes are in the file, for the header was compared with its length; a sparse file may still claim more than memory.
    int ArrayLength(SafetensorsEntry entry) => entry.Length <= Array.MaxLength
        ? (int)entry.Length
        : throw new InvalidDataException(
            $"Tensor {SafetensorsHeader.Quote(entry.Name)} of {Path} has {entry.Length:N0} elements; {Array.MaxLength:N0} are the most.");

    static float Widen(SafetensorsType type, ReadOnlySpan<byte> element) => type switch
    {
        SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
        SafetensorsType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
    };

    void ReadBytes(SafetensorsEntry entry, Span<byte> target, long offset = 0)
    {
        file.Position = origin + header.DataOffset + entry.Begin + offset;
        try
        {
            file.ReadExactly(target);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{Path} was cut short while tensor {SafetensorsHeader.Quote(entry.Name)} was read.", exception);
        }
    }
}

/// <summary>NaN and infinities: what a diverged run leaves, and what no layer can compute with.</summary>
static class NonFinite
{
    public static int Count(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) count++;
        }

        return count;
    }
}
