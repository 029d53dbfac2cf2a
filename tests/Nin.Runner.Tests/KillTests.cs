using System.Diagnostics;
using System.Globalization;
using Nin.Checkpoints;
using Xunit.Abstractions;

namespace Nin.Runner.Tests;

/// <summary><c>kill -9</c> at any moment, and a disk that fails: the run that is resumed ends with the bits of one that was never stopped.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    static readonly string[] Arguments =
    [
        "train", "--dataset", "synthetic", "--limit", "64", "--batch", "8", "--epochs", "3", "--augment", "shift-flip", "--seed", "4",
        "--device", "cpu", "--threads", "1", "--json",
    ];

    static readonly string[] EveryStep = [.. Arguments, "--checkpoint-minutes", "0"];

    // A process for each kill, which takes a second to start.
    [Fact]
    public void Killed_at_random_moments_a_run_ends_as_one_that_never_was() => Kill(times: 10, seed: 20);

    [LongFact]
    [Trait("Category", "Long")]
    public void Killed_at_a_hundred_random_moments_a_run_ends_as_one_that_never_was() => Kill(times: 100, seed: 21);

    void Kill(int times, int seed)
    {
        using var folder = new TemporaryFolder();
        string whole = folder["whole"];
        var clock = Stopwatch.StartNew();
        var first = NinProcess.Start([.. EveryStep, "--out", whole]);
        WaitForCheckpoints(first, whole, count: 1);
        var start = clock.Elapsed;
        NinProcess.Finish(first).Succeeded();

        var random = new Random(seed);
        int runs = 0, kills = 0, withinEpochs = 0, unmanifested = 0;
        for (bool done = true; kills < times || !done;)
        {
            if (done) runs++;
            string run = folder[$"run-{runs}"];
            var process = Start(run);
            if (kills < times)
            {
                // Any moment from the first on; as most of it is the start of a program, two in three are some steps after that.
                if (random.Next(3) == 0) process.WaitForExit(2 * start * random.NextDouble());
                else WaitForCheckpoints(process, run, random.Next(1, 8));
                process.WaitForExit(TimeSpan.FromMilliseconds(random.Next(100)));
                process.Kill();
            }

            int code = NinProcess.Finish(process).ExitCode;
            code.Should().BeOneOf(0, 128 + 9);
            done = code == 0;
            if (done)
            {
                RunFiles.ShouldBeTheSame(run, whole);
                Names(run).Should().Equal(Names(whole), "what killed programs left is cleared away");
                continue;
            }

            kills++;
            if (!File.Exists(Path.Combine(run, "manifest.json"))) unmanifested++;
            else if (TrainingCheckpoint.Exists(Checkpoints(run)) && TrainingCheckpoint.ReadState(Checkpoints(run)).Begun.Steps > 0) withinEpochs++;
        }

        output.WriteLine(
            $"{kills} kills in {runs} runs in {clock.Elapsed.TotalSeconds:N0} s: {withinEpochs} left a checkpoint within an epoch, {unmanifested} no manifest yet");
        withinEpochs.Should().BeGreaterThan(times / 3, "kills must hit what they are to test");
    }

    [Fact]
    public void A_run_whose_disk_fails_goes_on_when_there_is_room()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        string run = folder["run"], whole = folder["whole"];
        NinProcess.Run([.. Arguments, "--out", whole]).Succeeded();

        NinProcess.RunWithFileLimit(100, [.. EveryStep, "--out", run]).LastErrorLine(1).Should().Contain("could not be written").And.Contain("make room");
        TrainingCheckpoint.Exists(Checkpoints(run)).Should().BeFalse();

        var process = NinProcess.Start("train", "--resume", run, "--checkpoint-minutes", "0", "--device", "cpu", "--threads", "1", "--json");
        process.StandardOutput.ReadLine().Should().StartWith("{\"epoch\":1,");
        NinProcess.LimitFiles(process, kibibytes: 100);
        var outcome = NinProcess.Finish(process);
        (outcome.ExitCode, outcome.Error.TrimEnd('\n').Split('\n')[^1]).Should().Match<(int Code, string Line)>(
            o => o.Code == 1 && o.Line.Contains("could not be written", StringComparison.Ordinal), outcome.Error);
        TrainingCheckpoint.ReadState(Checkpoints(run)).Epoch.Should().BeInRange(0, 2);

        NinProcess.Run("train", "--resume", run, "--device", "cpu", "--json").Succeeded();
        RunFiles.ShouldBeTheSame(run, whole);
    }

    static string Checkpoints(string run) => Path.Combine(run, "checkpoint");

    /// <summary>Waits until a run has written some checkpoints more than now, or is over.</summary>
    static void WaitForCheckpoints(Process process, string run, int count)
    {
        int last = Last() + count;
        while (Last() < last && !process.WaitForExit(TimeSpan.FromMilliseconds(2)))
        {
        }

        int Last() => Directory.Exists(Checkpoints(run))
            ? Directory.GetDirectories(Checkpoints(run), "0*").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).DefaultIfEmpty().Max()
            : 0;
    }

    // What a user types: the same again where nothing was begun, else --resume.
    static Process Start(string run) => File.Exists(Path.Combine(run, "manifest.json"))
        ? NinProcess.Start("train", "--resume", run, "--checkpoint-minutes", "0", "--device", "cpu", "--threads", "1", "--json")
        : NinProcess.Start([.. EveryStep, "--out", run]);

    static string[] Names(string run) =>
    [
        .. Directory.EnumerateFileSystemEntries(run, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(run, path))
            .Where(path => !path.StartsWith("checkpoint/", StringComparison.Ordinal) || path.Contains(".new", StringComparison.Ordinal)
                || path.Contains(".old", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];
}
