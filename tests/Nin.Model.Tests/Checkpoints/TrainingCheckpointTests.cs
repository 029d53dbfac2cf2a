using System.Security.Cryptography;
using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Training;
using Nin.Training;

namespace Nin.Model.Tests.Checkpoints;

public sealed class TrainingCheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);
    readonly ChannelNet net;
    readonly Sgd sgd;

    public TrainingCheckpointTests()
    {
        net = new ChannelNet(device, seed: 6);
        sgd = new Sgd(net.Parameters, 0.25, momentum: 0.9);
    }

    string Checkpoint => folder["checkpoint"];

    [Fact]
    public void TheNewestAreKeptWithTheirChecksums()
    {
        for (int epoch = 1; epoch <= 4; epoch++) Save(epoch);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(Checkpoint);
        Entries(Checkpoint).Should().Equal("00000003", "00000004");
        Entries(Newest).Should().Equal("model.safetensors", "optimizer.safetensors", "sha256sums", "state.json");
        foreach (string line in File.ReadAllLines(Path.Combine(Newest, "sha256sums")))
            line.Should().Be($"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Newest, line[66..]))))}  {line[66..]}");
        TrainingCheckpoint.ReadState(Checkpoint).Should().BeEquivalentTo(new TrainingState(4, 0));

        TrainingCheckpoint.Save(Checkpoint, net, sgd, new TrainingState(5, Seed: 0), keep: 3);
        Entries(Checkpoint).Should().Equal("00000003", "00000004", "00000005");
        FluentActions.Invoking(() => TrainingCheckpoint.Save(Checkpoint, net, sgd, new TrainingState(6, Seed: 0), keep: 0))
            .Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void AFailedSaveLeavesTheOldOne()
    {
        Save(epoch: 1);
        net.Dispose(); // What is disposed cannot be saved.
        FluentActions.Invoking(() => Save(epoch: 2)).Should().Throw<ObjectDisposedException>();
        Entries(Checkpoint).Should().Equal("00000001");
        TrainingCheckpoint.ReadState(Checkpoint).Epoch.Should().Be(1);
    }

    [Theory]
    [InlineData("model.safetensors", "its model.safetensors does not have the checksum in sha256sums")]
    [InlineData("optimizer.safetensors", "its optimizer.safetensors does not have the checksum in sha256sums")]
    [InlineData("state.json", "its state.json does not have the checksum in sha256sums")]
    [InlineData("sha256sums", "*")]
    public void ADamagedOneIsPassedOverForTheOneBeforeAndThenReplaced(string file, string problem)
    {
        Save(epoch: 1);
        Save(epoch: 2);
        string damaged = Newest;
        byte[] bytes = File.ReadAllBytes(Path.Combine(damaged, file));
        bytes[^5] ^= 16;
        File.WriteAllBytes(Path.Combine(damaged, file), bytes);

        TrainingCheckpoint.ReadState(Checkpoint).PassedOver.Should().ContainSingle().Which.Should().Match($"{damaged}: {problem}");
        var state = TrainingCheckpoint.Load(Checkpoint, net, sgd);
        (state.Epoch, state.PassedOver.Count).Should().Be((1, 1));
        Save(epoch: 2);
        Entries(Checkpoint).Should().Equal("00000001", "00000003");
    }

    [Fact]
    public void ThatAllAreDamagedIsAnError()
    {
        Save(epoch: 1);
        File.Delete(Path.Combine(Newest, "state.json"));
        TrainingCheckpoint.Exists(Checkpoint).Should().BeTrue();
        Refuse(net, sgd, $"{Checkpoint} holds no whole checkpoint ({Newest}: it lacks state.json): start a new run.");
    }

    [Fact]
    public void OneOfAnEarlierVersionIsAnError()
    {
        folder.Write("checkpoint/state.json", "{}"u8.ToArray());
        TrainingCheckpoint.Exists(Checkpoint).Should().BeTrue();
        Refuse(net, sgd, $"{Checkpoint} was written by an earlier version*start a new run.");
    }

    [Fact]
    public void ANetworkThatHasDivergedIsNotSaved()
    {
        Save(epoch: 1);
        net.Parameters["Norm1.bias"].CopyFrom([0, 1, float.NaN, 3, float.NegativeInfinity, 5, 6, 7, 8, 9]);
        FluentActions.Invoking(() => Save(epoch: 2)).Should().Throw<InvalidOperationException>()
            .WithMessage("Training has diverged: 2 of the 10 values of 'Norm1.bias' are NaN or infinite.*one before is unchanged*");
        Entries(Checkpoint).Should().Equal("00000001");
        TrainingCheckpoint.Load(Checkpoint, net, sgd).Epoch.Should().Be(1);
    }

    [Theory]
    [InlineData("\"epoch\": 1", "\"epoch\": 1, \"epoch\": 2")]
    [InlineData("\"epoch\": 1", "\"epoch\": 1, \"epochs\": 2")]
    [InlineData("\"epoch\": 1,", "")]
    [InlineData("\"epoch\": 1", "\"epoch\": 99999999999")]
    [InlineData("\"steps\": 0,", "")]
    [InlineData("\"steps\": 0", "\"steps\": -1")]
    [InlineData("\"lossSum\": 0", "\"lossSum\": 1e999")]
    [InlineData("\"correct\": 0", "\"correct\": -1")]
    [InlineData("\"seconds\": 0", "\"seconds\": -1")]
    [InlineData("\"run\": {}", "\"run\": {\"epochs\": null}")]
    [InlineData("\"run\": {},", "")]
    [InlineData("\"formatVersion\": 3", "\"formatVersion\": 2")]
    [InlineData("\"options\": {}", "\"options\": null")]
    [InlineData("\"model\": \"ChannelNet\"", "\"model\": null")]
    [InlineData("\"options\": {}", "\"options\": {\"schedule\": null}")]
    [InlineData("\"epoch\": 1", "\"epoch\": -1")]
    public void AStateWithAnythingElseThanItsWordsIsRefused(string old, string changed)
    {
        Save(epoch: 1);
        string path = Path.Combine(Newest, "state.json"), text = File.ReadAllText(path);
        text.Should().Contain(old);
        File.WriteAllText(path, text.Replace(old, changed, StringComparison.Ordinal));
        FluentActions.Invoking(() => TrainingStateFile.Read(path, net)).Should().Throw<InvalidDataException>()
            .WithMessage($"{path}*").And.Message.Should().NotContain("\n");
    }

    [Fact]
    public void AnotherOptimiserSeedOrNetworkIsRefusedUnchanged()
    {
        Save(epoch: 1);
        using var adam = new Adam(net.Parameters);
        Refuse(net, adam, "*is the state of 'Sgd', not of Adam*");
        using var plain = new Sgd(net.Parameters, 0.25);
        Refuse(net, plain, "*1 arrays, the optimiser 0*");
        using var seed = new ChannelNet(device, seed: 7);
        using var other = new Sgd(seed.Parameters, 0.25, momentum: 0.9);
        Refuse(seed, other, "*seed 6, not 7*");
        using var tiny = new Networks.TinyNin(device, seed: 6);
        using var third = new Sgd(tiny.Parameters, 0.25, momentum: 0.9);
        Refuse(tiny, third, "*'ChannelNet' with other layers than TinyNin*");
    }

    [Fact]
    public void WithoutOneThereIsNothingToResume() => Refuse(net, sgd, $"{Checkpoint} holds no checkpoint*");

    public void Dispose()
    {
        sgd.Dispose();
        net.Dispose();
        device.Dispose();
        folder.Dispose();
    }

    void Save(int epoch) => TrainingCheckpoint.Save(Checkpoint, net, sgd, new TrainingState(epoch, Seed: 0));

    string Newest => Directory.GetDirectories(Checkpoint).Max()!;

    static string?[] Entries(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    void Refuse(INetwork network, Optimizer optimizer, string message)
    {
        float[][] before = [.. network.Parameters.Select(p => p.ToArray())];
        FluentActions.Invoking(() => TrainingCheckpoint.Load(Checkpoint, network, optimizer)).Should().Throw<InvalidDataException>()
            .WithMessage(message).And.Message.Should().NotContain("\n");
        network.Parameters.Select(p => p.ToArray()).Should().BeEquivalentTo(before, o => o.WithStrictOrdering());
    }
}
