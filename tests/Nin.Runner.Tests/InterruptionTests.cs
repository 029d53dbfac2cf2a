using System.Text.Json;
using System.Text.RegularExpressions;
using Nin.Checkpoints;

namespace Nin.Runner.Tests;

/// <summary>A run that is stopped, gently or not, leaves intact files and resumes as if nothing had happened.</summary>
public sealed class InterruptionTests(WholeRun whole) : IClassFixture<WholeRun>
{
    static string[] Arguments => WholeRun.Arguments;

    [Theory]
    [InlineData("INT", 130, "interrupted")]
    [InlineData("TERM", 143, "terminated")]
    [InlineData("KILL", 128 + 9, null)]
    public async Task Resumed_run_equals_one_that_was_never_stopped(string signal, int exitCode, string? word)
    {
        using var folder = new TemporaryFolder();
        (string stopped, var outcome) = await StopAsync(folder["stopped"], signal);
        // On a machine that has much else to do a run may be over before the signal is sent.
        for (int again = 0; again < 3 && outcome.ExitCode == 0; again++) (stopped, outcome) = await StopAsync(folder[$"stopped{again}"], signal);
        outcome.ExitCode.Should().Be(exitCode);
        ShouldBeWhole(stopped);
        if (word is not null)
        {
            string last = outcome.Error.TrimEnd('\n').Split('\n')[^1];
            var told = Regex.Match(last, $"^nin: {word} after ([12]) of 3 epochs(?: and ([0-9]+) of 32 steps)?; continue with `nin train --resume {Regex.Escape(stopped)}`\\.$");
            told.Success.Should().BeTrue(last);
            var state = TrainingCheckpoint.ReadState(Path.Combine(stopped, "checkpoint"));
            $"{state.Epoch}.{state.Begun.Steps}".Should().Be($"{told.Groups[1].Value}.{(told.Groups[2].Success ? told.Groups[2].Value : "0")}", "nothing is lost");
            Directory.EnumerateFiles(stopped, "*.new", SearchOption.AllDirectories).Should().BeEmpty();
        }

        var resumed = NinProcess.Run("train", "--resume", stopped, "--device", "cpu", "--json").Succeeded();

        resumed.JsonLines[^1].GetProperty("result").GetProperty("epoch").GetInt32().Should().Be(3);
        RunFiles.ShouldBeTheSame(stopped, whole.Folder);
    }

    [Fact]
    public void Resuming_a_finished_run_shows_it_again()
    {
        using var folder = new TemporaryFolder();
        string run = folder["run"];
        string[] short_ = [.. Arguments, "--out", run];
        short_[Array.IndexOf(short_, "--epochs") + 1] = "1";
        var first = NinProcess.Run(short_).Succeeded();
        File.Delete(Path.Combine(run, "confusion.png"));

        var again = NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").Succeeded();

        again.JsonLines.Should().ContainSingle();
        again.JsonLines[0].GetProperty("result").GetProperty("loss").GetRawText().Should().Be(first.JsonLines[0].GetProperty("loss").GetRawText());
        File.Exists(Path.Combine(run, "confusion.png")).Should().BeTrue();
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning_and_the_run_ends_the_same()
    {
        using var folder = new TemporaryFolder();
        string damaged = whole.CopyTo(folder["damaged"]);
        string newest = RunFiles.NewestCheckpoint(damaged), weights = Path.Combine(newest, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^100] ^= 1;
        File.WriteAllBytes(weights, bytes);

        var resumed = NinProcess.Run("train", "--resume", damaged, "--device", "cpu", "--json").Succeeded();

        resumed.Error.Should().Contain($"warning: skipping a damaged checkpoint, {newest}: its model.safetensors does not have the checksum");
        resumed.JsonLines.Should().HaveCount(2, "the last epoch is trained again");
        RunFiles.ShouldBeTheSame(damaged, whole.Folder);
    }

    [Fact]
    public void What_was_killed_before_it_had_a_manifest_is_begun_anew_in_its_folder()
    {
        using var folder = new TemporaryFolder();
        string run = folder["run"];
        Directory.CreateDirectory(run);
        File.WriteAllText(Path.Combine(run, $"manifest.json.{Guid.NewGuid():N}.new"), "{");

        NinProcess.Run("train", "--dataset", "synthetic", "--limit", "8", "--epochs", "1", "--device", "cpu", "--out", run).Succeeded();

        Directory.EnumerateFiles(run, "*.new").Should().BeEmpty();
    }

    [Fact]
    public void Metrics_that_lack_an_epoch_are_an_error_and_no_gap()
    {
        using var folder = new TemporaryFolder();
        string run = whole.CopyTo(folder["run"]);
        string metrics = Path.Combine(run, "metrics.csv");
        File.WriteAllLines(metrics, File.ReadAllLines(metrics)[..^1]);

        NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").LastErrorLine(1)
            .Should().Contain($"{metrics} has 2 of the 3 epochs that the checkpoint has seen");
    }

    static async Task<(string Run, NinOutcome Outcome)> StopAsync(string run, string signal)
    {
        var process = NinProcess.Start([.. Arguments, "--out", run]);
        string? first = await process.StandardOutput.ReadLineAsync();
        first.Should().StartWith("{\"epoch\":1,");
        await Task.Delay(200);
        NinProcess.Signal(process, signal);
        return (run, NinProcess.Finish(process));
    }

    static void ShouldBeWhole(string run)
    {
        JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json"))).RootElement.GetProperty("model").GetString().Should().Be("quick28");
        RunFiles.Metrics(run).Length.Should().BeInRange(2, 4);
        NinProcess.Run("eval", "--weights", Path.Combine(run, "model.safetensors"), "--device", "cpu", "--json").Succeeded();
    }
}

/// <summary>The run of <see cref="Arguments"/> that was never stopped, which tests look into and copy.</summary>
public sealed class WholeRun : IDisposable
{
    readonly TemporaryFolder folder = new();

    public WholeRun() => NinProcess.Run([.. Arguments, "--out", Folder]).Succeeded();

    internal static string[] Arguments { get; } =
        ["train", "--dataset", "synthetic", "--limit", "256", "--batch", "8", "--epochs", "3", "--augment", "shift-flip", "--device", "cpu", "--json"];

    public string Folder => folder["whole"];

    /// <summary>Copies it and returns the copy's folder.</summary>
    public string CopyTo(string copy)
    {
        foreach (string file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public void Dispose() => folder.Dispose();
}
