using System.Buffers.Binary;
using System.Text;

namespace Nin.Runner.Tests;

/// <summary>TensorBoard's event file, read by what its format says and nothing of what wrote it.</summary>
public sealed class TensorBoardTests : IDisposable
{
    static readonly string[] Tags = ["loss/training", "loss/test", "accuracy/training", "accuracy/test", "examples per second"];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_epoch_is_there_once_with_its_numbers_resumed_or_not()
    {
        string[] arguments = ["train", "--dataset", "synthetic", "--limit", "32", "--batch", "16", "--device", "cpu", "--tensorboard", "--out", folder["run"]];
        NinProcess.Run([.. arguments, "--epochs", "2"]).Succeeded();
        NinProcess.Run("train", "--resume", folder["run"], "--epochs", "3", "--device", "cpu", "--tensorboard").Succeeded();

        string file = Directory.GetFiles(folder["run"], "*tfevents*").Should().ContainSingle().Subject;
        var events = Records(File.ReadAllBytes(file)).Select(Fields).ToList();
        Encoding.UTF8.GetString((byte[])events[0].Single(f => f.Number == 3).Value).Should().Be("brain.Event:2");
        string[] rows = File.ReadAllLines(Path.Combine(folder["run"], "metrics.csv"));
        events.Should().HaveCount(4);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            events[epoch].Single(f => f.Number == 2).Value.Should().Be((ulong)epoch);
            double time = BitConverter.UInt64BitsToDouble((ulong)events[epoch].Single(f => f.Number == 1).Value);
            DateTimeOffset.FromUnixTimeSeconds((long)time).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(10));
            var values = Fields((byte[])events[epoch].Single(f => f.Number == 5).Value).Select(v => Fields((byte[])v.Value)).ToList();
            values.Select(v => Encoding.UTF8.GetString((byte[])v[0].Value)).Should().Equal(Tags);
            double[] cells = [.. rows[epoch].Split(',').Select(c => double.Parse(c, System.Globalization.CultureInfo.InvariantCulture))];
            values.Take(4).Select(v => BitConverter.UInt32BitsToSingle((uint)v[1].Value)).Should().Equal((float)cells[1], (float)cells[3], (float)cells[2], (float)cells[4]);
        }
    }

    static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)).Should().Be(Masked(file.AsSpan(at, 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)).Should().Be(Masked(data));
            yield return data;
            at += 16 + length;
        }
    }

    // CRC-32C bit by bit: its polynomial is 0x1EDC6F41, reflected 0x82F63B78.
    static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0x82F63B78;
        }

        crc = ~crc;
        return (crc >> 15 | crc << 17) + 0xa282ead8;
    }

    static List<(int Number, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    fields.Add(((int)(key >> 3), Varint(message, ref at)));
                    break;
                case 1:
                    fields.Add(((int)(key >> 3), BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at))));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(((int)(key >> 3), message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    fields.Add(((int)(key >> 3), BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at))));
                    at += 4;
                    break;
            }
        }

        return fields;
    }

    static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
