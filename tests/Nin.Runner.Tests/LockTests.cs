namespace Nin.Runner.Tests;

/// <summary>A run folder belongs to one process at a time.</summary>
public sealed class LockTests
{
    [Fact]
    public void A_second_process_in_a_run_folder_is_told_so_and_the_lock_dies_with_the_first()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        string run = folder["run"];
        var first = NinProcess.Start(
            "train", "--dataset", "synthetic", "--limit", "256", "--batch", "8", "--epochs", "3", "--device", "cpu", "--out", run, "--json");
        first.StandardOutput.ReadLine().Should().StartWith("{\"epoch\":1,");
        NinProcess.Signal(first, "STOP");
        string[] before = Files(run);

        NinProcess.Run("train", "--resume", run, "--device", "cpu").FailedWith(1)
            .Should().Be($"nin: {run} is in use by another `nin train`: wait until that ends, or stop it, or train into another folder.");
        NinProcess.Run("train", "--resume", run, "--epochs", "9", "--device", "cpu").FailedWith(1).Should().Contain("in use");

        Files(run).Should().Equal(before, "the second has changed nothing");
        NinProcess.Signal(first, "KILL");
        NinProcess.Finish(first).ExitCode.Should().Be(128 + 9);
        NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").Succeeded();
    }

    [Fact]
    public void Two_processes_that_begin_in_one_folder_at_once_make_one_run()
    {
        using var folder = new TemporaryFolder();
        string run = folder["run"];
        string[] arguments = ["train", "--dataset", "synthetic", "--limit", "64", "--batch", "8", "--epochs", "2", "--device", "cpu", "--out", run, "--json"];
        var processes = Enumerable.Range(0, 2).Select(_ => NinProcess.Start(arguments)).ToList();
        var outcomes = processes.ConvertAll(NinProcess.Finish);

        outcomes.Should().ContainSingle(o => o.ExitCode == 0);
        var other = outcomes.Single(o => o.ExitCode != 0);
        (other.ExitCode, other.Error).Should().Match<(int Code, string Error)>(o =>
            (o.Code == 1 && o.Error.Contains("in use by another")) || (o.Code == 2 && o.Error.Contains("exists already and is not empty")));
        File.ReadLines(Path.Combine(run, "metrics.csv")).Should().HaveCount(3);
    }

    static string[] Files(string run) =>
        [.. Directory.GetFiles(run, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => $"{f} {File.GetLastWriteTimeUtc(f):O}")];
}
