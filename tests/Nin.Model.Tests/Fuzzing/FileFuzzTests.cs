using System.IO.Compression;
using System.Text;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Model.Tests.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Training;
using Nin.TestKit.Fuzzing;
using Nin.Training;
using Xunit.Abstractions;

namespace Nin.Model.Tests.Fuzzing;

/// <summary>Files that the library reads, damaged in many ways: each is read or refused with one clear line, in little time and memory.</summary>
public sealed class FileFuzzTests(ITestOutputHelper output) : IDisposable
{
    const int Few = 1_000, Many = 100_000;

    static readonly string[] JsonWords =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "0.5", "9223372036854775807", "99999999999999999999", "\"\\ud800\"", "\\u0000",
        "\"dtype\":\"F32\",", "\"dtype\":\"F16\",", "\"shape\":[0],", "\"shape\":[1,1,1,1,1,1,1,1,1],", "\"data_offsets\":[0,4],", "\"__metadata__\":{},",
        "\"nin.training_steps\":\"7\",", "\"nin.format_version\":\"2\",", "\"epoch\":1,", "\"options\":{\"a\":null},", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":",
    ];

    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    [Fact]
    public void Safetensors_files() => Safetensors(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Safetensors_files_at_length() => Safetensors(Many);

    [Fact]
    public void Training_states() => TrainingStates(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Training_states_at_length() => TrainingStates(Many);

    [Fact]
    public void Checksums_of_checkpoints() => Checksums(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Checksums_of_checkpoints_at_length() => Checksums(Many);

    [Fact]
    public void Idx_files() => Idx(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Idx_files_at_length() => Idx(Many);

    [Fact]
    public void Packed_idx_files() => PackedIdx(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Packed_idx_files_at_length() => PackedIdx(Many);

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    void Safetensors(int files)
    {
        using var net = new ChannelNet(device, seed: 6);
        net.Save(folder["good"]);
        byte[] saved = File.ReadAllBytes(folder["good"]);
        byte[] foreign = SafetensorsBytes.File(
            """{"b":{"shape":[2],"data_offsets":[8,16],"dtype":"F32"},"__metadata__":{"k":"v"},"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]}}""",
            [.. SafetensorsBytes.Integers(-5), .. SafetensorsBytes.Floats(1.5f, 2)]);
        float[] before = Values(net);
        Run("safetensors", files, new Mutator([saved, foreign], JsonWords, seed: 1), new FuzzRun
        {
            BytesPerByte = 40, // A name in a message, a network's values to compare.
            Read = file =>
            {
                string path = folder.Write("damaged", file);
                using (var reader = SafetensorsReader.Open(path))
                {
                    if (reader.Tensors.Sum(t => t.End - t.Begin) > file.Length) throw new InvalidOperationException("More tensors than file.");
                    foreach (var tensor in reader.Tensors) _ = tensor.Type == SafetensorsType.F32 ? reader.ReadFloats(tensor.Name).Length : reader.ReadIntegers(tensor.Name).Length;
                }

                try
                {
                    Checkpoint.Load(net, path);
                }
                catch (InvalidDataException)
                {
                    if (!Values(net).AsSpan().SequenceEqual(before)) throw new InvalidOperationException("A refused file changed the network.");
                    throw;
                }

                before = Values(net);
                if (!before.All(float.IsFinite)) throw new InvalidOperationException("A value that is not finite was loaded.");
            },
        });
    }

    void TrainingStates(int files)
    {
        using var net = new ChannelNet(device, seed: 6);
        using var written = new MemoryStream();
        TrainingStateFile.Write(written, new TrainingState(3, 5)
        {
            Begun = new EpochProgress(12, 0.1234567890123456789, 77, 1.5),
            Run = new Dictionary<string, string> { ["epochs"] = "4" },
            Options = new Dictionary<string, string> { ["lr"] = "0.01", ["schedule"] = "cosine" },
        }, net);
        Run("state.json", files, new Mutator([written.ToArray()], JsonWords, seed: 2), new FuzzRun
        {
            BytesPerByte = 32,
            Read = file =>
            {
                var state = TrainingStateFile.Read(folder.Write("damaged", file), net);
                if (state.Epoch < 0 || state.Begun.Steps < 0 || !double.IsFinite(state.Begun.LossSum) || state.Options.Concat(state.Run).Any(o => o.Value is null)) throw new InvalidOperationException($"{state} was accepted.");
            },
        });
    }

    void Checksums(int files)
    {
        using var net = new ChannelNet(device, seed: 6);
        using var sgd = new Sgd(net.Parameters, 0.1);
        TrainingCheckpoint.Save(folder["checkpoint"], net, sgd, new TrainingState(1, 0));
        string[] names = ["model.safetensors", "optimizer.safetensors", "state.json"];
        string checkpoint = Directory.GetDirectories(folder["checkpoint"]).Single(), sums = Path.Combine(checkpoint, "sha256sums");
        byte[] good = File.ReadAllBytes(sums);
        Run("sha256sums", files, new Mutator([good], ["  ", "\n", "state.json", "../state.json", new string('0', 64)], seed: 3), new FuzzRun
        {
            FixedBytes = 600_000, // Three files are hashed through buffers.
            Read = file =>
            {
                File.WriteAllBytes(sums, file);
                string? problem = CheckpointHistory.Problem(checkpoint, names);
                if (problem is not null) throw new InvalidDataException($"{checkpoint}: {problem}");
                string text = Encoding.UTF8.GetString(file);
                if (!Encoding.UTF8.GetString(good).Split('\n').All(text.Contains)) throw new InvalidOperationException("Wrong checksums were accepted.");
            },
        });
    }

    static readonly byte[][] IdxFiles =
    [
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, .. Enumerable.Range(10, 12).Select(i => (byte)i)],
        [0, 0, 8, 1, 0, 0, 0, 2, 4, 9],
        [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 20, 0, 0, 0, 20, .. new byte[2000]],
    ];

    void Idx(int files) => Run("idx", files, new Mutator(IdxFiles, ["\0\0\u0008\u0001", "\0\0\u0008\u0003"], seed: 4), new FuzzRun
    {
        Read = file => ReadIdx(folder.Write("damaged", file)),
    });

    // One in two is damaged before it is packed, the others afterwards.
    void PackedIdx(int files)
    {
        byte[][] packed = [.. IdxFiles.Select(SmallDataSet.Gzip)];
        Run("idx.gz, damaged packed", files / 2, new Mutator(packed, ["\u001f"], seed: 5), new FuzzRun
        {
            Size = Unpacked,
            Read = file => ReadIdx(folder.Write("damaged.gz", file)),
        });
        Run("idx.gz, damaged unpacked", files / 2, new Mutator(IdxFiles, ["\0\0\u0008\u0001", "\0\0\u0008\u0003"], seed: 6), new FuzzRun
        {
            Read = file => ReadIdx(folder.Write("damaged.gz", SmallDataSet.Gzip(file))),
        });
    }

    static void ReadIdx(string path)
    {
        foreach (int rank in (int[])[3, 1])
        {
            try
            {
                var file = IdxFile.Read(path, rank);
                if (file.Dimensions.Aggregate(1L, (a, b) => a * b) != file.Data.Length) throw new InvalidOperationException("Dimensions and data differ.");
                return;
            }
            catch (InvalidDataException) when (rank == 3)
            {
            }
        }
    }

    static long Unpacked(byte[] packed)
    {
        long length = packed.Length;
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            while (gzip.ReadByte() >= 0) length++;
        }
        catch (InvalidDataException)
        {
        }

        return length;
    }

    static float[] Values(ChannelNet net) => [.. net.Parameters.SelectMany(p => p.ToArray())];

    void Run(string format, int files, Mutator mutator, FuzzRun run)
    {
        var figures = run.Run(mutator.Next, files);
        output.WriteLine(
            $"{format}: {figures.Files:N0} files, {figures.Refused:N0} refused, at most {figures.MostBytes:N0} bytes and {figures.Longest.TotalMilliseconds:N1} ms a file");
        figures.Refused.Should().BeGreaterThan(files / 4, "most damage is found").And.BeLessThan(files, "some is harmless");
    }
}
