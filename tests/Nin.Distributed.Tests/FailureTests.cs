using System.Diagnostics;

namespace Nin.Distributed.Tests;

/// <summary>What goes wrong on one rank ends the run on all, within seconds, with a line that names rank and reason.</summary>
public sealed class FailureTests
{
    [MpiTheory]
    [InlineData("step", "a training step has made no progress for \\d+ seconds: the longest before took [\\d.]+ in all, so it hangs")]
    [InlineData("loader", "a training step has made no progress for \\d+ seconds: the longest before took [\\d.]+ in all, so it hangs")]
    [InlineData("first-step", "a training step, the first, has made no progress for \\d+ seconds: it hangs, or needs more than the 4 of --rank-timeout")]
    [InlineData("test", "what comes after a batch of the test has made no progress for \\d+ seconds: it hangs, or needs more")]
    [InlineData("epoch", "what comes after an epoch has made no progress for \\d+ seconds: it hangs, or needs more")]
    [InlineData("data", "the start of the program has made no progress for \\d+ seconds: it hangs, or needs more")]
    public void A_rank_in_an_endless_loop_ends_the_run_although_it_answers(string where, string reason)
    {
        using var run = MpiRun.StartOwn(where);
        run.Await("it is time");
        var clock = Stopwatch.StartNew();

        run.Finish().Should().NotBe(0);

        // The program asks for 5 seconds, and 4 where nothing is known; the rest is what a busy machine needs.
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        run.Output.Should().MatchRegex($@"rank 1 of 2: {reason}.*\. The last checkpoint is intact");
    }

    [MpiFact]
    public void A_first_step_that_takes_longer_than_the_timeout_is_no_alarm_while_its_layers_go_on()
    {
        using var run = MpiRun.StartOwn("slow-first-step");

        run.Finish().Should().Be(0, run.Output);
        run.Output.Should().MatchRegex("the first step took ([6-9]|\\d\\d) seconds");
    }

    [MpiFact]
    public void A_rank_that_left_is_named_by_one_that_waits_for_it()
    {
        using var run = MpiRun.StartOwn("leave");
        run.Await("it is time");
        var clock = Stopwatch.StartNew();

        run.Finish().Should().NotBe(0);

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        run.Output.Should().Contain("of rank 1 alone").And.Contain("Rank 1 has left the run, and rank 0 has not");
    }

    [MpiFact]
    public void Ranks_that_are_done_wait_for_what_rank_0_still_writes()
    {
        using var run = MpiRun.StartOwn("slow-end");

        run.Finish().Should().Be(0, run.Output);
    }

    [MpiFact]
    public void Processes_that_would_each_train_by_themselves_are_told_so()
    {
        var (code, printed) = MpiRun.Run(2, "train", "--model", "mnist28", "--dataset", "synthetic", "--limit", "16", "--epochs", "1");

        code.Should().Be(2);
        printed.Should().Contain("nin: mpirun started 2 of this, and each would train by itself: add --distributed.");
    }

    [MpiFact]
    public void Processes_without_a_device_each_are_told_how_to_share()
    {
        if (DeviceDiscovery.List().Count(d => d.Kind == DeviceKind.OpenCl && d.Missing is null) != 1) return;
        string folder = Path.Combine(Path.GetTempPath(), $"nin-devices-{Environment.ProcessId}");
        var (code, printed) = MpiRun.Run(2, "train", "--distributed", "--model", "mnist28", "--dataset", "synthetic", "--limit", "16", "--epochs", "1", "--device", "opencl", "--out", folder);

        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        code.Should().Be(1);
        printed.Should().Contain("nin: rank 1 of 2: This is process 2 of 2 on ").And.Contain("has 1 device(s) of opencl").And.Contain("or let all share opencl:0");
    }
}
