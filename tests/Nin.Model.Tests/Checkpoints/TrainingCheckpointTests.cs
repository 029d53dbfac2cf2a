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
    public void HasThreeFilesAndNothingBeside()
    {
        Save(epoch: 1);
        Save(epoch: 2);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(Checkpoint);
        Directory.GetFiles(Checkpoint).Select(Path.GetFileName).Should().BeEquivalentTo("model.safetensors", "optimizer.safetensors", "state.json");
        TrainingCheckpoint.ReadState(Checkpoint).Epoch.Should().Be(2);
    }

    [Fact]
    public void AFailedSaveLeavesTheOldOne()
    {
        Save(epoch: 1);
        net.Dispose(); // What is gone cannot be saved.
        FluentActions.Invoking(() => Save(epoch: 2)).Should().Throw<ObjectDisposedException>();
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(Checkpoint);
        TrainingCheckpoint.ReadState(Checkpoint).Epoch.Should().Be(1);
    }

    [Fact]
    public void AWholeOneCanBeReadWhereverAKillFalls()
    {
        TrainingCheckpoint.Exists(Checkpoint).Should().BeFalse();
        Save(epoch: 1);

        // Killed while the new one is written.
        Directory.CreateDirectory(Checkpoint + ".new");
        File.WriteAllText(Path.Combine(Checkpoint + ".new", "state.json"), "{");
        EpochFound().Should().Be(1);
        Save(epoch: 2);
        EpochFound().Should().Be(2);

        // Killed between the two renames.
        Directory.Move(Checkpoint, Checkpoint + ".old");
        SaveAside(3);
        EpochFound().Should().Be(3);
        Save(epoch: 4);
        EpochFound().Should().Be(4);

        // Killed while the old one is deleted.
        Directory.CreateDirectory(Checkpoint + ".old");
        EpochFound().Should().Be(4);
        Save(epoch: 5);
        EpochFound().Should().Be(5);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(Checkpoint);
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

    [Theory]
    [InlineData("state.json")]
    [InlineData("model.safetensors")]
    [InlineData("optimizer.safetensors")]
    public void DamageIsOneClearLine(string file)
    {
        Save(epoch: 1);
        string path = Path.Combine(Checkpoint, file);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Refuse(net, sgd, $"{path}*");
        File.Delete(path);
        Refuse(net, sgd, $"*{file}*");
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

    void SaveAside(int epoch)
    {
        TrainingCheckpoint.Save(folder["aside"], net, sgd, new TrainingState(epoch, Seed: 0));
        Directory.Move(folder["aside"], Checkpoint + ".new");
    }

    int EpochFound() => TrainingCheckpoint.Load(Checkpoint, net, sgd).Epoch;

    void Refuse(INetwork network, Optimizer optimizer, string message)
    {
        float[][] before = [.. network.Parameters.Select(p => p.ToArray())];
        FluentActions.Invoking(() => TrainingCheckpoint.Load(Checkpoint, network, optimizer)).Should().Throw<InvalidDataException>()
            .WithMessage(message).And.Message.Should().NotContain("\n");
        network.Parameters.Select(p => p.ToArray()).Should().BeEquivalentTo(before, o => o.WithStrictOrdering());
    }
}
