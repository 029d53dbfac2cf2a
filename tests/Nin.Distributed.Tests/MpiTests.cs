using System.Diagnostics;

namespace Nin.Distributed.Tests;

/// <summary><c>mpirun -n N nin train --distributed</c>: real processes, a real MPI.</summary>
public sealed class MpiTests(Xunit.Abstractions.ITestOutputHelper output) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nin-mpi").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [MpiFact]
    public void Two_and_four_processes_end_with_the_files_of_one()
    {
        string[] settings = ["--model", "quick28", "--dataset", "synthetic", "--limit", "160", "--batch", "64", "--epochs", "2", "--augment", "shift-flip"];
        using (var one = Process.Start(new ProcessStartInfo("dotnet", [MpiRun.Tool, "train", .. settings, "--device", "cpu", "--out", In("1")]) { RedirectStandardOutput = true })!)
        {
            one.StandardOutput.ReadToEnd();
            one.WaitForExit();
            one.ExitCode.Should().Be(0);
        }

        foreach (int ranks in new[] { 2, 4 })
        {
            var (code, printed) = MpiRun.Run(ranks, ["train", "--distributed", "--sync-batchnorm", .. settings, "--device", "cpu", "--threads", "1", "--out", In($"{ranks}")]);
            code.Should().Be(0, printed);
            printed.Should().Contain($"{ranks} processes, {64 / ranks} of 64 images per step each, with the bits of one process");
            File.ReadAllBytes(Weights($"{ranks}")).Should().Equal(File.ReadAllBytes(Weights("1")), $"of {ranks} processes");
            Metrics($"{ranks}").Should().Equal(Metrics("1"));
        }
    }

    [MpiFact]
    public void A_killed_process_ends_the_run_within_seconds_and_the_checkpoint_goes_on_with_another_number()
    {
        string[] settings = ["--model", "mnist28", "--dataset", "synthetic", "--limit", "128", "--batch", "32", "--epochs", "4", "--device", "cpu", "--threads", "1"];
        MpiRun.Run(1, ["train", .. settings, "--out", In("whole")]).ExitCode.Should().Be(0);
        using (var run = MpiRun.Start(2, ["train", "--distributed", .. settings, "--out", In("killed")]))
        {
            run.Await("epoch 1/4  loss");
            var clock = Stopwatch.StartNew();
            MpiRun.Signal(run.Ranks()[1], "KILL");
            run.Finish().Should().NotBe(0);
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
            run.Output.Should().Contain("rank 1").And.Contain("Killed");
        }

        var (code, printed) = MpiRun.Run(4, "train", "--distributed", "--resume", In("killed"), "--device", "cpu", "--threads", "1");
        code.Should().Be(0, printed);
        File.ReadAllBytes(Weights("killed")).Should().Equal(File.ReadAllBytes(Weights("whole")));
        Metrics("killed").Should().Equal(Metrics("whole"));
    }

    [MpiFact]
    public void A_process_that_hangs_is_named_and_ends_the_run()
    {
        using var run = MpiRun.Start(
            2, "train", "--distributed", "--model", "mnist28", "--dataset", "synthetic", "--limit", "256", "--batch", "32", "--epochs", "50", "--device", "cpu", "--threads", "1",
            "--out", In("hanging"));
        run.Await("epoch 1/50  loss");
        int hanging = run.Ranks()[1];
        var clock = Stopwatch.StartNew();
        MpiRun.Signal(hanging, "STOP");
        try
        {
            run.Finish().Should().NotBe(0);
        }
        finally
        {
            MpiRun.Signal(hanging, "KILL");
        }

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(40));
        run.Output.Should().Contain("rank 0 of 2: Rank 1 has not answered rank 0 for");
    }

    [MpiFact]
    public void A_failure_of_one_process_ends_all_with_its_reason()
    {
        // Rank 0 alone looks at its folder, which is not empty.
        Directory.CreateDirectory(In("full"));
        File.WriteAllText(Path.Combine(In("full"), "letter.txt"), "mine");
        var (code, printed) = MpiRun.Run(
            2, "train", "--distributed", "--model", "mnist28", "--dataset", "synthetic", "--limit", "64", "--batch", "32", "--epochs", "1", "--device", "cpu", "--threads", "1",
            "--out", In("full"));

        code.Should().NotBe(0);
        printed.Should().Contain($"nin: rank 0 of 2: --out {In("full")} exists already and is not empty");
    }

    [MpiFact]
    public void Two_hosts_over_a_link_of_delay_and_loss_end_with_the_files_of_one_process()
    {
        string[] settings = ["--model", "mnist28", "--dataset", "synthetic", "--limit", "128", "--batch", "64", "--epochs", "1", "--device", "cpu", "--threads", "1"];
        var start = new ProcessStartInfo(
            "bash",
            [Path.Combine(AppContext.BaseDirectory, "two-hosts.sh"), folder, "dotnet", MpiRun.Tool, "train", "--distributed", .. settings, "--out", In("hosts")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        if (process.ExitCode == 77)
        {
            output.WriteLine($"Not run: this machine makes no two hosts. {File.ReadAllText(In("namespaces.txt"))}");
            return;
        }

        process.ExitCode.Should().Be(0, text);
        var wire = System.Text.RegularExpressions.Regex.Match(text, "refused after (\\d+) us, (\\d+) segments sent again");
        wire.Success.Should().BeTrue(text);
        output.WriteLine(wire.Value);
        Number(wire.Groups[1]).Should().BeGreaterThan(4000, "a packet and its answer take 2 ms each");
        Number(wire.Groups[2]).Should().BePositive("packets are lost");
        MpiRun.Run(1, ["train", .. settings, "--out", In("here")]).ExitCode.Should().Be(0);
        File.ReadAllBytes(Weights("hosts")).Should().Equal(File.ReadAllBytes(Weights("here")));
    }

    static int Number(System.Text.RegularExpressions.Group text) => int.Parse(text.Value, System.Globalization.CultureInfo.InvariantCulture);

    string In(string name) => Path.Combine(folder, name);

    string Weights(string run) => Path.Combine(In(run), "model.safetensors");

    // Without the speed.
    string[] Metrics(string run) => [.. File.ReadLines(Path.Combine(In(run), "metrics.csv")).Select(line => string.Join(',', line.Split(',').Where((_, column) => column != 5)))];
}
