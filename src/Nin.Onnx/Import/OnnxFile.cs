using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Nin.Onnx.Schema;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx;

/// <summary>Reads ONNX files and the tensors in them. Nothing is allocated that a file merely claims.</summary>
static class OnnxFile
{
    /// <summary>The operator sets that the table of operators was written for: 25 to 27 changed element types of its operators alone.</summary>
    public const int OldestOperatorSet = 7, NewestOperatorSet = 27;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, not an ONNX file, or has operators that are not supported; the message is one line.</exception>
    /// <exception cref="IOException">It does not exist or cannot be read.</exception>
    public static (ModelProto Model, long Bytes) Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > int.MaxValue)
            throw new InvalidDataException($"{path} has {stream.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes; an ONNX file holds less than 2 GB.");
        ModelProto model;
        try
        {
            // Every string and every array in it is read from bytes that are there: a length that runs past the end is an error before.
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"{path} is damaged or not an ONNX file: {exception.Message}", exception);
        }

        if (model.Graph is null || model.Graph.Node.Count == 0) throw new InvalidDataException($"{path} holds no graph: it is cut short or not an ONNX file.");
        long version = model.OpsetImport.Where(o => o.Domain is "" or "ai.onnx").Select(o => o.Version).DefaultIfEmpty(0).Max();
        if (version is < OldestOperatorSet or > NewestOperatorSet)
            throw new InvalidDataException(
                $"{path} uses operator set {version}; this program reads {OldestOperatorSet} to {NewestOperatorSet}. Export it again with one of these.");
        return (model, stream.Length);
    }

    /// <summary>A tensor's elements, of any of the number types that weights and shapes have.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="external">Where its bytes are, if they are outside the file.</param>
    /// <param name="limits">What may be read of other files.</param>
    /// <exception cref="InvalidDataException">The shape and the bytes contradict each other, or the bytes are not where the tensor says.</exception>
    public static Constant ReadTensor(TensorProto tensor, ExternalWeights external, Limits limits)
    {
        string name = tensor.Name;
        if (tensor.Dims.Count > Limits.MostDimensions)
            throw new InvalidDataException($"'{name}' has {tensor.Dims.Count} dimensions; {Limits.MostDimensions} are the most");
        long length = 1;
        foreach (long d in tensor.Dims)
        {
            if (d < 0 || d > int.MaxValue || (length *= Math.Max(1, d)) > int.MaxValue)
                throw new InvalidDataException($"'{name}' has the shape [{Wording.Listing(tensor.Dims)}], which no weights have");
        }

        if (tensor.Dims.Contains(0)) length = 0;
        long[] dims = [.. tensor.Dims];
        bool isOutside = tensor.DataLocation == Location.External, hasRaw = isOutside || tensor.HasRawData;
        var raw = isOutside ? external.Read(tensor, limits) : tensor.RawData.Span;
        return (Element)tensor.DataType switch
        {
            Element.Float => new(dims, hasRaw ? Floats(raw, 4, BinaryPrimitives.ReadSingleLittleEndian) : Counted([.. tensor.FloatData])),
            Element.Double => new(dims, hasRaw
                ? Floats(raw, 8, bytes => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes)) : Counted([.. tensor.DoubleData.Select(d => (float)d)])),
            Element.Float16 => new(dims, hasRaw
                ? Floats(raw, 2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes))
                : Counted([.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))])),
            Element.Bfloat16 => new(dims, hasRaw
                ? Floats(raw, 2, bytes => BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(bytes))) : Counted([.. tensor.Int32Data.Select(bits => BFloat16((ushort)bits))])),
            Element.Int64 => new(dims, Integers: hasRaw ? Elements(raw, 8, BinaryPrimitives.ReadInt64LittleEndian) : Counted([.. tensor.Int64Data])),
            Element.Int32 => new(dims, Integers: hasRaw
                ? Elements(raw, 4, bytes => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes)) : Counted([.. tensor.Int32Data.Select(i => (long)i)])),
            Element.Bool => new(dims, Integers: hasRaw ? Elements(raw, 1, bytes => (long)bytes[0]) : Counted([.. tensor.Int32Data.Select(i => (long)i)])),
            var other => throw new InvalidDataException($"'{name}' has elements of the type {other}; use float, double, float16 or bfloat16"),
        };

        float[] Floats(ReadOnlySpan<byte> bytes, int size, Func<ReadOnlySpan<byte>, float> read)
        {
            if (size != sizeof(float) || !BitConverter.IsLittleEndian) return Elements(bytes, size, read);
            RequireBytes(bytes.Length, size);
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        T[] Elements<T>(ReadOnlySpan<byte> bytes, int size, Func<ReadOnlySpan<byte>, T> read)
        {
            RequireBytes(bytes.Length, size);
            var elements = new T[length];
            for (int i = 0; i < elements.Length; i++) elements[i] = read(bytes.Slice(i * size, size));
            return elements;
        }

        T[] Counted<T>(T[] elements) => elements.Length == length
            ? elements
            : throw new InvalidDataException($"'{name}' has {elements.Length} elements where its shape [{Wording.Listing(dims)}] has {length}");

        void RequireBytes(int found, int size)
        {
            if (found != length * size)
                throw new InvalidDataException($"'{name}' has {found} bytes where its shape [{Wording.Listing(dims)}] takes {length * size}");
        }
    }

    /// <summary>How many bytes a tensor's elements take where they lie one after the other; null for types that are not read, and shapes that none has.</summary>
    public static long? BytesOf(TensorProto tensor)
    {
        int? size = (Element)tensor.DataType switch
        {
            Element.Double or Element.Int64 => 8,
            Element.Float or Element.Int32 => 4,
            Element.Float16 or Element.Bfloat16 => 2,
            Element.Bool => 1,
            _ => null,
        };
        Int128 bytes = size ?? 0;
        foreach (long d in tensor.Dims) bytes = d >= 0 && bytes <= int.MaxValue ? bytes * d : -1;
        return size is not null && bytes >= 0 && bytes <= long.MaxValue ? (long)bytes : null;
    }

    /// <summary>A graph's tensors: its initialisers, and those that its nodes hold.</summary>
    public static IEnumerable<TensorProto> Tensors(GraphProto graph) => graph.Initializer.Concat(graph.Node.SelectMany(n => n.Attribute).Where(a => a.T is not null).Select(a => a.T));

    /// <summary>Whether a tensor's elements take half of what they take as float32.</summary>
    public static bool IsHalf(TensorProto tensor) => (Element)tensor.DataType is Element.Float16 or Element.Bfloat16;

    /// <summary>How many bytes of the file itself are elements in half precision.</summary>
    public static long HalfBytes(GraphProto graph) => Tensors(graph).Where(IsHalf).Sum(t => (long)t.RawData.Length);

    static float BFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
