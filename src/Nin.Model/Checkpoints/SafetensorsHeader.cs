using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Nin.Checkpoints;

/// <summary>
/// The header of a safetensors file (github.com/huggingface/safetensors, "Format"): eight bytes of length, little-endian, then JSON that maps
/// names to type, shape and byte range, and <c>__metadata__</c> to a map of strings.
/// </summary>
/// <remarks>
/// Nothing that it reads is trusted. The JSON is read once, forward, token by token: time and memory are linear in its length whatever it
/// says. (A <see cref="JsonDocument"/> finds the n-th element of an array that has nested ones by walking over all before it.)
/// </remarks>
sealed class SafetensorsHeader
{
    const string MetadataName = "__metadata__";
    const int LengthBytes = 8;

    // The format's own reader allows no more.
    const long LargestHeader = 100_000_000;

    readonly Dictionary<string, SafetensorsEntry> byName = new(StringComparer.Ordinal);
    readonly List<SafetensorsEntry> tensors = [];
    Dictionary<string, string>? metadata;

    SafetensorsHeader(long dataOffset) => DataOffset = dataOffset;

    public IReadOnlyDictionary<string, string> Metadata => metadata ?? [];

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors => tensors;

    /// <summary>Where the data starts in the file.</summary>
    public long DataOffset { get; }

    /// <summary>A tensor by its name, or null.</summary>
    public SafetensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads it from the file's current position; offsets count from there.</summary>
    /// <exception cref="InvalidDataException">The file is not a valid safetensors file; the message has no path.</exception>
    public static SafetensorsHeader Read(Stream file)
    {
        long fileLength = file.Length - file.Position;
        if (fileLength < LengthBytes)
            throw new InvalidDataException($"it is cut short: {fileLength} bytes, where the length of the header alone takes {LengthBytes}.");
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.ReadExactly(lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > LargestHeader)
            throw new InvalidDataException(
                $"it names a header of {length} bytes, where {LargestHeader} are the most; it is not a valid safetensors file.");
        if (length > (ulong)(fileLength - LengthBytes))
            throw new InvalidDataException($"it is cut short: {fileLength} bytes, where the header alone ends at byte {length + LengthBytes}.");
        byte[] json = new byte[length];
        file.ReadExactly(json);
        if (!Utf8.IsValid(json)) throw new InvalidDataException("its header is not UTF-8 text; it is not a valid safetensors file.");

        var header = new SafetensorsHeader(LengthBytes + json.Length);
        try
        {
            header.Parse(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair, which is valid JSON and not text.
            throw new InvalidDataException("its header is not valid JSON; it is damaged or not a safetensors file.", exception);
        }

        header.CheckRanges(fileLength - header.DataOffset);
        return header;
    }

    void Parse(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new InvalidDataException("its header is not a JSON object.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (name == MetadataName)
            {
                if (metadata is not null) throw new InvalidDataException($"it lists {Quote(name)} twice.");
                metadata = ReadMetadata(ref json);
                continue;
            }

            var tensor = ReadEntry(ref json, name);
            if (!byName.TryAdd(name, tensor)) throw new InvalidDataException($"it lists {Quote(name)} twice.");
            tensors.Add(tensor);
        }

        json.Read(); // Throws if anything but white space follows.
    }

    static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw new InvalidDataException($"its {MetadataName} is not a map of strings.");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String) throw new InvalidDataException($"{Quote(key)} in its {MetadataName} is not a string.");
            if (!metadata.TryAdd(key, json.GetString()!)) throw new InvalidDataException($"{Quote(key)} occurs twice in its {MetadataName}.");
        }

        return metadata;
    }

    // Other properties are skipped, as the format's own reader does.
    static SafetensorsEntry ReadEntry(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw Lacking(name);
        SafetensorsType? type = null;
        long[]? shape = null, range = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = json.ValueTextEquals("dtype"u8), isShape = json.ValueTextEquals("shape"u8), isRange = json.ValueTextEquals("data_offsets"u8);
            if ((isType && type is not null) || (isShape && shape is not null) || (isRange && range is not null))
                throw new InvalidDataException($"tensor {Quote(name)} has {Quote(json.GetString()!)} twice.");
            json.Read();
            if (isType) type = ReadType(ref json, name);
            else if (isShape) shape = ReadNumbers(ref json, name, SafetensorsEntry.MaxRank, "dimensions");
            else if (isRange) range = ReadNumbers(ref json, name, 2, "data_offsets");
            else json.Skip();
        }

        if (type is not { } elementType || shape is null || range is not [var begin, var end]) throw Lacking(name);
        if (begin > end || SafetensorsEntry.BytesOf(elementType, shape) != end - begin)
            throw new InvalidDataException(
                $"tensor {Quote(name)} is {SafetensorsEntry.KindOf(elementType, shape)}, which bytes {begin} to {end} do not hold.");
        return new SafetensorsEntry(name, elementType, shape, begin, end);
    }

    static SafetensorsType ReadType(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType != JsonTokenType.String) throw Lacking(name);
        if (json.ValueTextEquals("F32"u8)) return SafetensorsType.F32;
        if (json.ValueTextEquals("I64"u8)) return SafetensorsType.I64;
        if (json.ValueTextEquals("F16"u8)) return SafetensorsType.F16;
        if (json.ValueTextEquals("BF16"u8)) return SafetensorsType.BF16;
        if (json.ValueTextEquals("F64"u8)) return SafetensorsType.F64;
        throw new InvalidDataException($"tensor {Quote(name)} has the dtype {Quote(json.GetString()!)}; F16, BF16, F32, F64 and I64 are read. Convert it first.");
    }

    static long[] ReadNumbers(ref Utf8JsonReader json, string name, int most, string what)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw Lacking(name);
        Span<long> numbers = stackalloc long[SafetensorsEntry.MaxRank];
        int count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0) throw Lacking(name);
            if (count == most) throw new InvalidDataException($"tensor {Quote(name)} has more than {most} {what}; {most} are the most.");
            numbers[count++] = number;
        }

        return numbers[..count].ToArray();
    }

    static InvalidDataException Lacking(string name) =>
        new($"tensor {Quote(name)} lacks a dtype, a shape or two data_offsets, of whole numbers of 0 or more.");

    // The format allows neither holes nor bytes that belong to no tensor.
    void CheckRanges(long dataLength)
    {
        tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long end = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin < end) throw new InvalidDataException($"tensor {Quote(tensor.Name)} starts at byte {tensor.Begin}, within another one.");
            if (tensor.Begin > end)
                throw new InvalidDataException($"no tensor holds the bytes {end} to {tensor.Begin}, before tensor {Quote(tensor.Name)}.");
            if (tensor.End > dataLength)
                throw new InvalidDataException(
                    $"it is cut short: tensor {Quote(tensor.Name)} ends at byte {tensor.End} of the data, of which {dataLength} bytes exist.");
            end = tensor.End;
        }

        if (end != dataLength) throw new InvalidDataException($"{dataLength - end} bytes follow its last tensor.");
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
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - LengthBytes));
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

    /// <summary>A name from a file for a message of one line, cut where it is long, between two characters.</summary>
    internal static string Quote(string name)
    {
        const int longest = 100;
        int length = name.Length <= longest ? name.Length : char.IsHighSurrogate(name[longest - 1]) ? longest - 1 : longest;
        return $"'{JsonEncodedText.Encode(name.AsSpan(0, length), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}{(length < name.Length ? "..." : "")}'";
    }
}
