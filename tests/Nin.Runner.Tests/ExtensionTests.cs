using System.Text.Json;

namespace Nin.Runner.Tests;

/// <summary><c>nin train --resume DIR --epochs N</c> makes a run longer.</summary>
public sealed class ExtensionTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void At_a_constant_rate_it_ends_as_a_run_that_was_that_long_from_the_start()
    {
        string run = Trained("run", "constant", epochs: 1), whole = Trained("whole", "constant", epochs: 2);

        var resumed = NinProcess.Run("train", "--resume", run, "--epochs", "2", "--device", "cpu", "--json").Succeeded();

        resumed.JsonLines.Should().HaveCount(2, "one epoch and the result");
        RunFiles.ShouldBeTheSame(run, whole);
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json"))).RootElement;
        manifest.GetProperty("options").GetProperty("epochs").GetInt32().Should().Be(2);
        JsonSerializer.Serialize(manifest.GetProperty("extensions")).Should().Be("[{\"epoch\":1,\"step\":0,\"from\":1,\"to\":2}]");
        // The next one need not be told again, even where the program was killed before it had a checkpoint of its own.
        NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").Succeeded().JsonLines.Should().ContainSingle();
        Directory.Delete(RunFiles.NewestCheckpoint(run), recursive: true);
        NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").Succeeded().JsonLines.Should().HaveCount(2);
        RunFiles.ShouldBeTheSame(run, whole);
    }

    [Fact]
    public void A_schedule_is_that_of_the_new_total_from_there_on_and_a_kill_changes_nothing()
    {
        string run = Trained("run", "onecycle", epochs: 1), killed = folder["killed"], straight = Trained("straight", "onecycle", epochs: 2);
        Copy(run, killed);
        NinProcess.Run("train", "--resume", run, "--epochs", "2", "--device", "cpu", "--json").Succeeded();

        var process = NinProcess.Start("train", "--resume", killed, "--epochs", "2", "--checkpoint-minutes", "0", "--device", "cpu", "--json");
        string checkpoints = Path.Combine(killed, "checkpoint");
        while (Directory.GetDirectories(checkpoints, "00000003").Length == 0 && !process.WaitForExit(2))
        {
        }

        process.Kill();
        NinProcess.Finish(process).ExitCode.Should().Be(128 + 9);
        NinProcess.Run("train", "--resume", killed, "--device", "cpu", "--json").Succeeded();

        RunFiles.ShouldBeTheSame(killed, run);
        NinProcess.Run("verify", run, "--json").Succeeded().JsonLines[0].GetProperty("same").GetBoolean().Should().BeTrue("the replay extends the run where it was");
        RunFiles.Metrics(run)[1].Should().NotBe(RunFiles.Metrics(straight)[1], "the first epoch had the schedule of one");
    }

    [Fact]
    public void A_damaged_checkpoint_at_the_extension_changes_no_bit()
    {
        string run = Trained("run", "cosine", epochs: 2), damaged = folder["damaged"];
        Copy(run, damaged);
        NinProcess.Run("train", "--resume", run, "--epochs", "3", "--device", "cpu", "--json").Succeeded();
        // Extended and killed before its first step; then the checkpoint that it was extended at is damaged. The one before has an epoch of the old schedule to do again.
        string manifest = Path.Combine(damaged, "manifest.json");
        File.Copy(Path.Combine(run, "manifest.json"), manifest, overwrite: true);
        File.WriteAllBytes(Path.Combine(RunFiles.NewestCheckpoint(damaged), "model.safetensors"), [1]);

        NinProcess.Run("train", "--resume", damaged, "--device", "cpu", "--json").Succeeded().Error.Should().Contain("skipping a damaged checkpoint");

        RunFiles.ShouldBeTheSame(damaged, run);
        File.ReadAllText(manifest).Should().Be(File.ReadAllText(Path.Combine(run, "manifest.json")));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void Epochs_that_are_done_are_wrong_usage(string epochs)
    {
        string run = Trained("run", "constant", epochs: 2);
        string before = File.ReadAllText(Path.Combine(run, "manifest.json"));

        NinProcess.Run("train", "--resume", run, "--epochs", epochs, "--device", "cpu").FailedWith(2)
            .Should().Contain($"--epochs {epochs} is not more than the 2 that {run} has done");

        File.ReadAllText(Path.Combine(run, "manifest.json")).Should().Be(before);
    }

    [Fact]
    public void A_manifest_with_another_rate_is_told_and_not_trained_with()
    {
        string run = Trained("run", "constant", epochs: 1), file = Path.Combine(run, "manifest.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"lr\": 0.1,", "\"lr\": 0.2,", StringComparison.Ordinal));

        NinProcess.Run("train", "--resume", run, "--epochs", "2", "--device", "cpu", "--json").LastErrorLine(1)
            .Should().Contain("learningRate is '0.1' in it and '0.2' now");
    }

    public void Dispose() => folder.Dispose();

    string Trained(string name, string schedule, int epochs)
    {
        string run = folder[name];
        NinProcess.Run(
            "train", "--dataset", "synthetic", "--limit", "40", "--batch", "8", "--schedule", schedule, "--epochs", $"{epochs}", "--device", "cpu",
            "--out", run, "--json").Succeeded();
        return run;
    }

    static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
