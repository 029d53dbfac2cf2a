using Nin.App.Runs;
using Nin.App;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Onnx.Tests;
using Nin.Runner.Tests;
using Nin.TestKit.Fuzzing;
using Nin.Training;

namespace Nin.Fuzzing;

/// <summary>A format that is fuzzed: good files to start from, and the rules that every other file is read by.</summary>
sealed record Target(IReadOnlyList<byte[]> Seeds, FuzzRun Rules)
{
    public static string[] Names { get; } = ["safetensors", "idx", "idx-gz", "manifest", "onnx"];

    /// <summary>The target of a name, with a folder of its own for the file under test.</summary>
    public static Target Of(string name, string folder)
    {
        string file = Path.Combine(folder, "manifest.json");
        return name switch
        {
            "safetensors" => Safetensors(file),
            "idx" => Idx(file, [IdxImages, IdxLabels], length => length),
            "idx-gz" => Idx(file + ".gz", [Gzip(IdxImages), Gzip(IdxLabels)], _ => MostUnpacked),
            "manifest" => Manifests(new RunFolder(folder)),
            "onnx" => new(FuzzedGraphs.Good(new DirectoryInfo(folder)), FuzzedGraphs.Rules(new DirectoryInfo(folder))),
            _ => throw new ArgumentException($"'{name}' is not a valid format: it must be one of {string.Join(", ", Names)}."),
        };
    }

    // What 64 KiB of gzip can hold.
    const long MostUnpacked = 1032L << 16;

    static readonly byte[] IdxImages = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, .. Enumerable.Range(10, 12).Select(i => (byte)i)];
    static readonly byte[] IdxLabels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 9];

    static Target Safetensors(string path)
    {
        var net = new FuzzedNet(Device.Open("cpu", threads: 1), seed: 6);
        net.Save(path);
        float[] before = Values(net);
        return new([File.ReadAllBytes(path)], new FuzzRun
        {
            BytesPerByte = 40,
            Read = bytes =>
            {
                File.WriteAllBytes(path, bytes);
                using (var reader = SafetensorsReader.Open(path))
                {
                    if (reader.Tensors.Sum(t => t.End - t.Begin) > bytes.Length) throw new InvalidOperationException("More tensors than file.");
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

    static Target Idx(string path, byte[][] seeds, Func<long, long> size) => new(seeds, new FuzzRun
    {
        Size = bytes => size(bytes.Length),
        Read = bytes =>
        {
            File.WriteAllBytes(path, bytes);
            foreach (int rank in (int[])[3, 1])
            {
                try
                {
                    var read = IdxFile.Read(path, rank);
                    if (read.Dimensions.Aggregate(1L, (a, b) => a * b) != read.Data.Length) throw new InvalidOperationException("Dimensions and data differ.");
                    return;
                }
                catch (InvalidDataException) when (rank == 3)
                {
                }
            }
        },
    });

    static Target Manifests(RunFolder run)
    {
        var settings = TrainSettings.Quick with { Schedule = "cosine", Dataset = "synthetic", Seed = 3, Limit = 16 };
        var good = new Manifest(
            ManifestVersions.OfThisProcess(), DateTimeOffset.UnixEpoch, "quick28", new string('a', 64),
            new ManifestData("synthetic", "made", [new("training", new string('0', 64)), new("test", new string('1', 64))]),
            settings, 3, new ManifestDevice("cpu", "A processor", 2));
        byte[] Written(Manifest manifest)
        {
            run.Write(manifest);
            return File.ReadAllBytes(run.ManifestFile);
        }

        return new([Written(good), Written(good with { Extensions = [new ManifestExtension(Epoch: 1, Step: 5, From: 2, To: settings.Epochs)] })], new FuzzRun
        {
            BytesPerByte = 64,
            Read = bytes =>
            {
                File.WriteAllBytes(run.ManifestFile, bytes);
                // What is accepted can be trained with.
                var manifest = run.ReadManifest(Shipped.Models);
                _ = Shipped.Models.Get(manifest.Model);
                _ = Recipe.Options(manifest.Options, run.CheckpointFolder, new CheckpointSettings(TimeSpan.Zero, manifest.Extensions));
                _ = Recipe.Init(manifest.Options.Init);
                _ = Recipe.Augmentation(manifest.Options.Augment);
                if (!Recipe.Optimizers.Contains(manifest.Options.Optimizer)) throw new InvalidOperationException(manifest.Options.Optimizer);
            },
        });
    }

    static float[] Values(FuzzedNet net) => [.. net.Parameters.SelectMany(p => p.ToArray())];

    static byte[] Gzip(byte[] file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize)) gzip.Write(file);
        return packed.ToArray();
    }
}

/// <summary>A few weights with a normalisation, so that a file has tensors of both types.</summary>
[Network(1, 3, 3, Classes = 2)]
[Conv2d(2, Kernel = 2, Name = "First")]
[BatchNorm2d(Name = "Norm")]
[Relu]
[GlobalAvgPool2d]
[Flatten]
sealed partial class FuzzedNet;
