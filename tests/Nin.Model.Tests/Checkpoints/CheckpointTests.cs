using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Networks;
using Nin.Model.Tests.Training;

namespace Nin.Model.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);

    string File => folder["model.safetensors"];

    [Fact]
    public void GivesBackEveryBit()
    {
        using var saved = new TinyNin(device, seed: 1) { TrainingSteps = 17 };
        var random = new Random(3);
        foreach (var parameter in saved.Parameters)
            parameter.CopyFrom([.. Enumerable.Range(0, (int)parameter.Length).Select(_ => random.NextSingle())]);
        saved.Save(File);
        using var loaded = new TinyNin(device, seed: 2);
        Checkpoint.Load(loaded, File);
        loaded.TrainingSteps.Should().Be(17);
        foreach (var parameter in loaded.Parameters) parameter.ToArray().Should().Equal(saved.Parameters[parameter.Name].ToArray());
    }

    [Fact]
    public void HasTheNamesShapesAndOrderOfPyTorch()
    {
        using var net = new TinyNin(device) { TrainingSteps = 5 };
        float[] weight = [.. Enumerable.Range(0, 12 * 8 * 3 * 3).Select(i => (float)i)];
        net.Parameters["Block2.0.weight"].CopyFrom(weight);
        net.Save(File);
        using var reader = SafetensorsReader.Open(File);
        reader.Tensors.Should().HaveCount(net.Parameters.Count + 2);
        reader.Find("Block2.0.weight")!.Kind.Should().Be("F32 [12, 8, 3, 3]");
        reader.ReadFloats("Block2.0.weight").Should().Equal(weight);
        reader.Find("Block2.1.running_var")!.Kind.Should().Be("F32 [12]");
        reader.Find("Block2.4.num_batches_tracked")!.Kind.Should().Be("I64 []");
        reader.ReadIntegers("Block2.1.num_batches_tracked").Should().Equal(5);
        reader.Tensors.Should().OnlyContain(t => t.Begin % (t.Type == SafetensorsType.I64 ? 8 : 4) == 0);
    }

    [Fact]
    public void SaysWhatItHolds()
    {
        using var net = new TinyNin(device) { TrainingSteps = 5 };
        Checkpoint.Save(net, File, new Dictionary<string, string> { ["normalization"] = "0.286 0.353" });
        Checkpoint.ReadMetadata(File).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["nin.model"] = "TinyNin",
            ["nin.architecture"] = TinyNin.Architecture.Hash(),
            ["nin.format_version"] = "1",
            ["nin.training_steps"] = "5",
            ["normalization"] = "0.286 0.353",
        });
        var save = () => Checkpoint.Save(net, File, new Dictionary<string, string> { ["nin.model"] = "X" });
        save.Should().Throw<ArgumentException>().WithMessage("*'nin.model'*");
    }

    [Fact]
    public void ReadsAFileOfPyTorchWithoutMetadata()
    {
        var writer = new SafetensorsWriter();
        foreach (string name in (string[])["weight", "bias", "running_mean", "running_var"])
            writer.AddFloats($"Norm1.{name}", [10], () => [.. Enumerable.Repeat((float)name.Length, 10)]);
        writer.AddIntegers("Norm1.num_batches_tracked", [], () => [938]);
        writer.Save(File);
        using var net = new ChannelNet(device);
        Checkpoint.Load(net, File);
        net.TrainingSteps.Should().Be(938);
        net.Parameters["Norm1.bias"].ToArray().Should().Equal(Enumerable.Repeat(4f, 10));
    }

    [Fact]
    public void AnotherModelsFileIsRefusedBeforeAnythingIsWritten()
    {
        using var other = new ChannelNet(device);
        other.Save(File);
        using var net = new TinyNin(device, seed: 4);
        RefuseUnchanged(net, "*(model 'ChannelNet') does not fit TinyNin: tensor 'Block1.0.weight' is F32 [8, 1, 5, 5] in the network and missing in the file.");
    }

    [Theory]
    [InlineData("Block2.3.bias", 11, "*tensor 'Block2.3.bias' is F32 [12] in the network and F32 [11] in the file.")]
    [InlineData("Block2.6.more", 3, "*tensor 'Block2.6.more' is F32 [3] in the file and missing in the network.")]
    public void TheFirstTensorThatDiffersIsNamedWithBothShapes(string name, int length, string message)
    {
        using var net = new TinyNin(device);
        var writer = new SafetensorsWriter();
        foreach (var parameter in net.Parameters.Where(p => p.Name != name))
            writer.AddFloats(parameter.Name, [.. parameter.Spec.Dims.Select(d => (long)d)], parameter.ToArray);
        writer.AddIntegers("Block2.1.num_batches_tracked", [], () => [1]);
        writer.AddIntegers("Block2.4.num_batches_tracked", [], () => [1]);
        writer.AddFloats(name, [length], () => new float[length]);
        writer.Save(File);
        RefuseUnchanged(net, message);
    }

    [Theory]
    [InlineData("nin.format_version", "2", "*format version '2'*up to 1*")]
    [InlineData("nin.training_steps", "-3", "*'-3' training steps*")]
    public void ImpossibleMetadataIsRefused(string key, string value, string message)
    {
        using var net = new ChannelNet(device);
        var writer = new SafetensorsWriter();
        foreach (var parameter in net.Parameters) writer.AddFloats(parameter.Name, [10], parameter.ToArray);
        writer.AddIntegers("Norm1.num_batches_tracked", [], () => [1]);
        writer.SetMetadata(key, value);
        writer.Save(File);
        RefuseUnchanged(net, message);
    }

    [Fact]
    public void NanAndInfinitiesAreRefusedUnlessAllowed()
    {
        using (var diverged = new ChannelNet(device))
        {
            diverged.Parameters["Norm1.bias"].CopyFrom([0, float.NaN, 2, 3, float.PositiveInfinity, 5, 6, 7, 8, 9]);
            diverged.Parameters["Norm1.running_var"].CopyFrom([.. Enumerable.Repeat(float.NaN, 10)]);
            diverged.Save(File);
        }

        using var net = new ChannelNet(device);
        RefuseUnchanged(net, $"{File} holds a network that has diverged: 2 of the 10 values of 'Norm1.bias' are NaN or infinite, and 2 tensors in all have such values.*");
        Checkpoint.Load(net, File, allowNonFinite: true);
        net.Parameters["Norm1.bias"].ToArray().Should().Equal(0, float.NaN, 2, 3, float.PositiveInfinity, 5, 6, 7, 8, 9);
    }

    [Fact]
    public void AFailedSaveLeavesTheOldFile()
    {
        using var net = new TinyNin(device);
        net.Save(File);
        byte[] before = System.IO.File.ReadAllBytes(File);
        string path = Path.Combine(File, "below-a-file.safetensors");
        net.Invoking(n => n.Save(path)).Should().Throw<IOException>().WithMessage($"{path} ({before.Length:N0} bytes) could not be written: *");
        System.IO.File.ReadAllBytes(File).Should().Equal(before);
        Directory.GetFiles(folder.Path).Should().Equal(File);
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Dispose();
    }

    void RefuseUnchanged(INetwork net, string message)
    {
        net.TrainingSteps = 99;
        float[][] before = [.. net.Parameters.Select(p => p.ToArray())];
        net.Invoking(n => Checkpoint.Load(n, File)).Should().Throw<InvalidDataException>().WithMessage(message)
            .And.Message.Should().NotContain("\n");
        net.Parameters.Select(p => p.ToArray()).Should().BeEquivalentTo(before, o => o.WithStrictOrdering());
        net.TrainingSteps.Should().Be(99);
    }
}
