using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Nin.Checkpoints;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>
/// The scalars of a run as TensorBoard reads them: records of a length, data and their checksums (tensorflow/core/lib/io/record_writer.h), each an <c>Event</c> of a few
/// protobuf fields (tensorflow/core/util/event.proto).
/// </summary>
/// <remarks>The file is rewritten when a run starts or resumes, so that no epoch is in it twice, and grows by an epoch at a time, so that TensorBoard can follow.</remarks>
sealed class EventFile(string path)
{
    // What TensorBoard looks for in a file's name.
    public const string Name = "events.out.tfevents.nin";

    const int Double = 1, Bytes = 2, Float = 5;

    /// <summary>Writes the file with the epochs that are done already.</summary>
    public void Start(IReadOnlyList<EpochMetrics> epochs) => AtomicFile.Write(path, stream =>
    {
        var version = new Message();
        version.Add(1, UnixSeconds());
        version.Add(3, "brain.Event:2");
        Write(stream, version);
        foreach (var epoch in epochs) Write(stream, EventOf(epoch));
    });

    /// <summary>Adds an epoch.</summary>
    public void Append(EpochMetrics epoch)
    {
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        Write(stream, EventOf(epoch));
    }

    static Message EventOf(EpochMetrics epoch)
    {
        var summary = new Message();
        foreach (var (tag, value) in (ReadOnlySpan<(string, double)>)
            [
                ("loss/training", epoch.Loss), ("loss/test", epoch.TestLoss), ("accuracy/training", epoch.TrainAccuracy),
                ("accuracy/test", epoch.TestAccuracy), ("examples per second", epoch.ExamplesPerSecond),
            ])
        {
            var scalar = new Message();
            scalar.Add(1, tag);
            scalar.Add(2, (float)value);
            summary.Add(1, scalar);
        }

        var happened = new Message();
        happened.Add(1, UnixSeconds());
        happened.Add(2, epoch.Epoch);
        happened.Add(5, summary);
        return happened;
    }

    static double UnixSeconds() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    static void Write(Stream stream, Message message)
    {
        byte[] data = message.ToArray(), record = new byte[data.Length + 16];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedCrc(data));
        stream.Write(record);
    }

    // CRC-32C, turned and moved so that the checksum of data that holds checksums is not a special case.
    static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    /// <summary>A protobuf message (protobuf.dev, "Encoding").</summary>
    sealed class Message
    {
        readonly List<byte> bytes = [];

        public byte[] ToArray() => bytes.ToArray();

        public void Add(int field, double value)
        {
            Varint((ulong)(field << 3 | Double));
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(eight, value);
            bytes.AddRange(eight);
        }

        public void Add(int field, float value)
        {
            Varint((ulong)(field << 3 | Float));
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(four, value);
            bytes.AddRange(four);
        }

        public void Add(int field, int value)
        {
            Varint((ulong)(field << 3));
            Varint((ulong)value);
        }

        public void Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

        public void Add(int field, Message value) => Add(field, value.ToArray());

        void Add(int field, byte[] value)
        {
            Varint((ulong)(field << 3 | Bytes));
            Varint((ulong)value.Length);
            bytes.AddRange(value);
        }

        void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
            bytes.Add((byte)value);
        }
    }
}
