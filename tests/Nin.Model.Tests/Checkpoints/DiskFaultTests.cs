using Nin.Checkpoints;
using Nin.Model.Tests.Data;
using Nin.Model.Tests.Training;
using Nin.Training;

namespace Nin.Model.Tests.Checkpoints;

/// <summary>A full disk, a failing write, a kill: at every operation of a checkpoint the one before, or the new one, is whole.</summary>
public sealed class DiskFaultTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Device device = Device.Open("cpu", threads: 1);
    readonly ChannelNet net;
    readonly Sgd sgd;

    public DiskFaultTests()
    {
        net = new ChannelNet(device, seed: 6);
        sgd = new Sgd(net.Parameters, 0.25, momentum: 0.9);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    public void ACheckpointSurvivesAFailureAtEveryOperation(bool forGood, int keep)
    {
        var failed = new List<string>();
        for (int failAt = 1; ; failAt++)
        {
            string checkpoint = folder[$"{failAt}"];
            Save(Disk.Local, checkpoint, 1, keep);
            Save(Disk.Local, checkpoint, 2, keep);
            var disk = new FaultyDisk(failAt, forGood);
            string? problem = null;
            try
            {
                Save(disk, checkpoint, 3, keep);
            }
            catch (IOException exception)
            {
                problem = exception.Message;
            }

            if (disk.Operations.Count < failAt) break;
            failed.Add(disk.Operations[failAt - 1].Split(' ')[0]);
            bool isThere = disk.Operations.FindIndex(o => o == "move folder") is var renamed && renamed >= 0 && renamed < failAt - 1;
            Load(checkpoint).Should().Be(isThere ? 3 : 2, disk.Operations[^1]);
            problem?.Should().NotContain("\n").And.MatchRegex("could not be|No space left on device");
            if (!isThere) problem.Should().NotBeNull();

            Save(Disk.Local, checkpoint, 4, keep);
            Load(checkpoint).Should().Be(4);
            Directory.GetFileSystemEntries(checkpoint).Should().HaveCount(keep, "what a failure left is cleared away");
        }

        // Of three files, of the list of their checksums, of their folder, and of the one before that goes.
        string[] each = ["create", "write", "flush"];
        failed.Should().Contain((string[])[.. each, "sync", "move", "delete"]);
        each.Should().OnlyContain(operation => failed.Count(f => f == operation) >= 4);
        failed.Count(f => f is "sync").Should().Be(2, "the names in the checkpoint, and its own");
        failed.Count(f => f is "move").Should().Be(2, "the new one gets its name, and the oldest loses its own");
        failed.Count(f => f is "delete").Should().Be(1);
    }

    [Fact]
    public void AFirstCheckpointThatFailsLeavesNone()
    {
        for (int failAt = 1; ; failAt++)
        {
            string checkpoint = folder[$"new-{failAt}"];
            var disk = new FaultyDisk(failAt, forGood: true);
            try
            {
                Save(disk, checkpoint, 1, keep: 2);
            }
            catch (IOException)
            {
            }

            if (disk.Operations.Count < failAt) break;
            bool isThere = disk.Operations.Take(failAt - 1).Contains("move folder");
            TrainingCheckpoint.Exists(checkpoint).Should().Be(isThere);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFileSurvivesAFailureAtEveryOperation(bool forGood)
    {
        int failAt = 0;
        FaultyDisk disk;
        do
        {
            string file = folder.Write($"x{++failAt}", "old"u8.ToArray());
            disk = new FaultyDisk(failAt, forGood);
            try
            {
                AtomicFile.Write(disk, file, s =>
                {
                    s.Write("n"u8);
                    s.Write("ew"u8);
                });
            }
            catch (IOException)
            {
            }

            File.ReadAllText(file).Should().Be(failAt <= 5 ? "old" : "new");
        }
        while (disk.Operations.Count >= failAt);
        failAt.Should().Be(7, "create, two writes, flush, move and sync can fail");
    }

    [Fact]
    public void TheFolderIsSyncedAfterTheFileHasItsName()
    {
        var disk = new FaultyDisk(failAt: int.MaxValue);
        AtomicFile.Write(disk, folder["x"], s => s.Write("new"u8));
        disk.Operations.Should().Equal("create", "write", "flush", "move", $"sync {folder.Path}");
    }

    [Fact]
    public void TheFoldersThatAreMadeForACheckpointAreSyncedInTheirParents()
    {
        var disk = new FaultyDisk(failAt: int.MaxValue);
        Save(disk, folder["run/checkpoint"], 1, keep: 2);
        disk.Operations.Where(o => o is "create folder" or "move folder" || o.StartsWith("sync", StringComparison.Ordinal)).Should().Equal(
            "create folder", $"sync {folder.Path}",
            "create folder", $"sync {folder["run"]}",
            "create folder", $"sync {folder["run/checkpoint/.new-00000001"]}",
            "move folder", $"sync {folder["run/checkpoint"]}");
    }

    [Fact]
    public void SyncingWhatIsNotThereIsAnError()
    {
        if (OperatingSystem.IsWindows()) return;
        FluentActions.Invoking(() => Disk.Local.SyncFolder(folder["none"])).Should().Throw<IOException>()
            .WithMessage($"{folder["none"]} could not be flushed to disk: No such file or directory*");
        Disk.Local.SyncFolder(folder.Path);
    }

    public void Dispose()
    {
        sgd.Dispose();
        net.Dispose();
        device.Dispose();
        folder.Dispose();
    }

    // Each epoch has weights of its own, so that a mixture would be seen.
    void Save(Disk disk, string checkpoint, int epoch, int keep)
    {
        foreach (var parameter in net.Parameters) parameter.CopyFrom([.. Enumerable.Repeat((float)epoch, (int)parameter.Length)]);
        TrainingCheckpoint.Save(disk, checkpoint, net, sgd, new TrainingState(epoch, Seed: 0), keep);
    }

    int Load(string checkpoint)
    {
        var state = TrainingCheckpoint.Load(checkpoint, net, sgd);
        state.PassedOver.Should().BeEmpty();
        net.Parameters.SelectMany(p => p.ToArray()).Should().OnlyContain(v => v == state.Epoch);
        return state.Epoch;
    }
}
