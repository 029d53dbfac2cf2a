using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Nin.Benchmarks.Onnx;

/// <summary>
/// A protobuf message under construction: fields in the order in which they are written, each as a key (number and wire type) and a value
/// (protobuf.dev/programming-guides/encoding).
/// </summary>
sealed class ProtobufMessage
{
    const int Varint = 0;
    const int LengthDelimited = 2;

    readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>An integer or enumeration, not negative.</summary>
    public ProtobufMessage Integer(int field, long value)
    {
        Key(field, Varint);
        WriteVarint((ulong)value);
        return this;
    }

    /// <summary>Integers, one field each.</summary>
    public ProtobufMessage Integers(int field, params IEnumerable<long> values)
    {
        foreach (long value in values) Integer(field, value);
        return this;
    }

    /// <summary>A string.</summary>
    public ProtobufMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Floats as raw bytes in little-endian order.</summary>
    public ProtobufMessage Floats(int field, ReadOnlySpan<float> values) => Bytes(field, MemoryMarshal.AsBytes(values));

    /// <summary>A message within this one.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value.bytes.WrittenSpan);

    /// <summary>Writes the whole message.</summary>
    public void Save(string path) => File.WriteAllBytes(path, bytes.WrittenSpan);

    ProtobufMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    void Key(int field, int wireType) => WriteVarint((ulong)(field << 3 | wireType));

    // Seven bits a byte, lowest first; the top bit says that more follow.
    void WriteVarint(ulong value)
    {
        for (; value > 0x7F; value >>= 7) bytes.Write([(byte)(value | 0x80)]);
        bytes.Write([(byte)value]);
    }
}
