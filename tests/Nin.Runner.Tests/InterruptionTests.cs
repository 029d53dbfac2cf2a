using System.Diagnostics;
using System.Text.Json;

namespace Nin.Runner.Tests;

/// <summary>A run that is stopped, gently or not, leaves whole files and goes on as if nothing had been.</summary>
public sealed class InterruptionTests
{
    static readonly string[] Arguments =
        ["train", "--dataset", "synthetic", "--limit", "256", "--batch", "8", "--epochs", "3", "--augment", "shift-flip", "--device", "cpu", "--json"];

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 128 + 9)]
    public async Task Resumed_run_equals_one_that_was_never_stopped(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        string stopped = folder["stopped"], whole = folder["whole"];
        var process = NinProcess.Start([.. Arguments, "--out", stopped]);
        string? first = await process.StandardOutput.ReadLineAsync();
        first.Should().StartWith("{\"epoch\":1,");
        await Task.Delay(200);
        Signal(process, signal);
        var outcome = NinProcess.Finish(process);
        outcome.ExitCode.Should().Be(exitCode);
        ShouldBeWhole(stopped);
        if (signal == "INT")
        {
            outcome.Error.Should().EndWith($"go on with `nin train --resume {stopped}`.\n");
            outcome.Error.Should().Contain("nin: interrupted after ");
            Directory.EnumerateFiles(stopped, "*.new", SearchOption.AllDirectories).Should().BeEmpty();
        }

        var resumed = NinProcess.Run("train", "--resume", stopped, "--device", "cpu", "--json").Succeeded();
        NinProcess.Run([.. Arguments, "--out", whole]).Succeeded();

        resumed.JsonLines[^1].GetProperty("result").GetProperty("epoch").GetInt32().Should().Be(3);
        RunFiles.ShouldBeTheSame(stopped, whole);
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

    static void ShouldBeWhole(string run)
    {
        JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json"))).RootElement.GetProperty("model").GetString().Should().Be("quick28");
        RunFiles.Metrics(run).Length.Should().BeInRange(2, 4);
        NinProcess.Run("eval", "--weights", Path.Combine(run, "model.safetensors"), "--device", "cpu", "--json").Succeeded();
    }

    static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString()]);
        kill.WaitForExit();
        kill.ExitCode.Should().Be(0);
    }
}
