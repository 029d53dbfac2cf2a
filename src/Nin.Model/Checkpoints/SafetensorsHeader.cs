using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Nin.Checkpoints;

/// <summary>
/// The header of a safetensors file (github.com/huggingface/safetensors, "Format"): eight bytes of length, little-endian, then JSON that maps
/// names to type, shape and byte range, and <c>__metadata__</c> to a map of strings. It trusts nothing that it reads.
/// </summary>
sealed class SafetensorsHeader
{
    const string MetadataName = "__metadata__";
    const int LengthBytes = 8;

    // The format's own reader allows no more.
    const long LargestHeader = 100_000_000;

    SafetensorsHeader(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsEntry> tensors, long dataOffset)
    {
        Metadata = metadata;
        Tensors = tensors;
        DataOffset = dataOffset;
    }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; }

    /// <summary>Where the data starts in the file.</summary>
    public long DataOffset { get; }

    /// <exception cref="InvalidDataException">The file is no safetensors file, or a damaged one; the message has no path.</exception>
    public static SafetensorsHeader Read(Stream file)
    {
        long fileLength = file.Length;
        if (fileLength < LengthBytes)
            throw new InvalidDataException($"it is cut short: {fileLength} bytes, where the length of the header alone takes {LengthBytes}.");
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.ReadExactly(lengthBytes);
        ulong length = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > LargestHeader)
            throw new InvalidDataException($"it names a header of {length} bytes, where {LargestHeader} are the most; it is no safetensors file.");
        if (length > (ulong)(fileLength - LengthBytes))
            throw new InvalidDataException($"it is cut short: {fileLength} bytes, where the header alone ends at byte {length + LengthBytes}.");
        byte[] json = new byte[length];
        file.ReadExactly(json);
        return Parse(json, fileLength - LengthBytes - json.Length);
    }

    static SafetensorsHeader Parse(byte[] json, long dataLength)
    {
        if (!Utf8.IsValid(json)) throw new InvalidDataException("its header is not UTF-8 text; it is no safetensors file.");
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("its header is no JSON object.");
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = new List<SafetensorsEntry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name)) throw new InvalidDataException($"it lists {Quote(property.Name)} twice.");
                if (property.Name == MetadataName) ReadMetadata(property.Value, metadata);
                else tensors.Add(ReadEntry(property.Name, property.Value));
            }

            tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            CheckRanges(tensors, dataLength);
            return new SafetensorsHeader(metadata, tensors, LengthBytes + json.Length);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair, which is valid JSON and no text.
            throw new InvalidDataException("its header is no JSON; it is damaged or no safetensors file.", exception);
        }
    }

    static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"its {MetadataName} is no map of strings.");
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"{Quote(property.Name)} in its {MetadataName} is no string.");
            metadata[property.Name] = property.Value.GetString()!;
        }
    }

    static SafetensorsEntry ReadEntry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || !TryReadNumbers(shape, out long[] dims)
            || !value.TryGetProperty("data_offsets", out var offsets) || !TryReadNumbers(offsets, out long[] range) || range.Length != 2)
            throw new InvalidDataException($"tensor {Quote(name)} lacks a dtype, a shape or two data_offsets, of whole numbers of 0 or more.");
        string typeName = type.GetString()!;
        SafetensorsType elementType = typeName switch
        {
            nameof(SafetensorsType.F32) => SafetensorsType.F32,
            nameof(SafetensorsType.I64) => SafetensorsType.I64,
            _ => throw new InvalidDataException(
                $"tensor {Quote(name)} has the dtype {Quote(typeName)}; F32 and I64 are read. Convert it before."),
        };
        UInt128 bytes = (UInt128)SafetensorsEntry.SizeOf(elementType);
        foreach (long dim in dims) bytes = bytes > long.MaxValue ? bytes : bytes * (UInt128)dim;
        if (range[0] > range[1] || bytes != (UInt128)(range[1] - range[0]))
            throw new InvalidDataException(
                $"tensor {Quote(name)} is {SafetensorsEntry.KindOf(elementType, dims)}, which bytes {range[0]} to {range[1]} do not hold.");
        return new SafetensorsEntry(name, elementType, dims, range[0], range[1]);
    }

    static bool TryReadNumbers(JsonElement value, out long[] numbers)
    {
        numbers = value.ValueKind == JsonValueKind.Array ? new long[value.GetArrayLength()] : [];
        if (value.ValueKind != JsonValueKind.Array) return false;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (value[i].ValueKind != JsonValueKind.Number || !value[i].TryGetInt64(out numbers[i]) || numbers[i] < 0) return false;
        }

        return true;
    }

    // The format allows neither holes nor bytes that belong to nobody.
    static void CheckRanges(List<SafetensorsEntry> tensors, long dataLength)
    {
        long end = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin < end) throw new InvalidDataException($"tensor {Quote(tensor.Name)} starts at byte {tensor.Begin}, within another one.");
            if (tensor.Begin > end)
                throw new InvalidDataException($"no tensor holds the bytes {end} to {tensor.Begin}, before tensor {Quote(tensor.Name)}.");
            if (tensor.End > dataLength)
                throw new InvalidDataException(
                    $"it is cut short: tensor {Quote(tensor.Name)} ends at byte {tensor.End} of the data, of which {dataLength} bytes are there.");
            end = tensor.End;
        }

        if (end != dataLength) throw new InvalidDataException($"{dataLength - end} bytes stand behind its last tensor.");
    }

    /// <summary>Writes length and JSON, padded with spaces so that the data starts on a multiple of eight bytes.</summary>
    public static byte[] Encode(IEnumerable<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var memory = new MemoryStream();
        memory.Write(stackalloc byte[LengthBytes]);
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }

            foreach (var tensor in tensors) WriteEntry(json, tensor);
            json.WriteEndObject();
        }

        while (memory.Length % LengthBytes != 0) memory.WriteByte((byte)' ');
        byte[] header = memory.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - LengthBytes));
        return header;
    }

    static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry tensor)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.ToString());
        json.WriteStartArray("shape");
        foreach (long dim in tensor.Shape) json.WriteNumberValue(dim);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(tensor.Begin);
        json.WriteNumberValue(tensor.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A name from a file for a message of one line.</summary>
    internal static string Quote(string name)
    {
        const int longest = 100;
        string part = name.Length <= longest ? name : name[..longest] + "...";
        return $"'{JsonEncodedText.Encode(part, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}'";
    }
}

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

/// <summary>Element types of safetensors files that Nin reads and writes; the names are the format's.</summary>
public enum SafetensorsType
{
    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>64-bit signed integers.</summary>
    I64,
}
