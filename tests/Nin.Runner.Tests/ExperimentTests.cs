using System.Text.Json;
using SkiaSharp;

namespace Nin.Runner.Tests;

/// <summary><c>nin experiment</c>: a study is a folder of runs, which goes on where it stopped.</summary>
public sealed class ExperimentTests : IDisposable
{
    // Rows in one, two and three parts of a network that is small; images that need no files.
    static readonly string[] Tiny = Bottleneck(limit: 96, epochs: 2);

    readonly TemporaryFolder folder = new();

    [Fact]
    public void A_study_is_a_run_a_row_and_seed_with_table_and_plot_and_is_not_done_twice()
    {
        string study = folder["study"];
        var result = NinProcess.Run([.. Tiny, "--seeds", "2", "--out", study, "--json"]).Succeeded().Json;

        Names(result).Should().Equal("name", "rows");
        result.GetProperty("name").GetString().Should().Be("bottleneck");
        var rows = result.GetProperty("rows").EnumerateArray().ToList();
        rows.Should().OnlyContain(r => Names(r).SequenceEqual(new[]
        {
            "row", "seed", "run", "model", "parameters", "macs", "epochs", "loss", "trainAccuracy", "testLoss", "testAccuracy", "deadClasses", "examplesPerSecond",
        }));
        rows.Select(r => $"{r.GetProperty("row").GetString()} {r.GetProperty("seed")}").Should().Equal(
            "at-once 0", "two-steps 0", "wide-last-block 0", "at-once 1", "two-steps 1", "wide-last-block 1");
        foreach (var row in rows)
        {
            string run = row.GetProperty("run").GetString()!;
            var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json"))).RootElement.GetProperty("options");
            options.GetProperty("seed").GetInt32().Should().Be(row.GetProperty("seed").GetInt32());
            File.ReadLines(Path.Combine(run, "metrics.csv")).Last().Split(',')[1].Should().Be(row.GetProperty("loss").GetRawText());
        }

        File.ReadAllLines(Path.Combine(study, "runs.csv")).Should().HaveCount(7);
        string table = File.ReadAllText(Path.Combine(study, "table.md"));
        table.Should().Contain("nin experiment bottleneck --out").And.Contain("| at-once | 2 |").And.Contain("| wide-last-block | 2 |");
        using (var plot = SKBitmap.Decode(Path.Combine(study, "plot.png"))) plot.Width.Should().BeGreaterThan(600);

        var written = Weights(study);
        var again = NinProcess.Run([.. Tiny, "--seeds", "2", "--out", study, "--json"]).Succeeded();
        again.Json.GetRawText().Should().Be(result.GetRawText());
        again.Error.Should().Contain("6 of 6 runs are done");
        Weights(study).Should().Equal(written, "what is done is not done again");
        NinProcess.Run("verify", rows[3].GetProperty("run").GetString()!, "--threads", "2").Succeeded();
    }

    [Fact]
    public void A_study_that_is_stopped_within_a_run_goes_on_to_the_same_bits()
    {
        string stopped = folder["stopped"], whole = folder["whole"];
        string[] arguments = [.. Bottleneck(limit: 2048, epochs: 2), "--seeds", "1"];
        var process = NinProcess.Start([.. arguments, "--out", stopped]);
        string second = Path.Combine(stopped, "two-steps", "seed-0");
        while (!File.Exists(Path.Combine(second, "manifest.json")) && !process.WaitForExit(TimeSpan.FromMilliseconds(5)))
        {
        }

        NinProcess.Signal(process, "INT");
        var outcome = NinProcess.Finish(process);
        outcome.ExitCode.Should().Be(130, outcome.Error);
        outcome.Error.Should().Contain("continue with `nin experiment bottleneck ").And.Contain($"--out {stopped}");

        NinProcess.Run([.. arguments, "--out", stopped]).Succeeded().Output.Should().Contain("1 of 3 runs are done").And.Contain("[2/3] two-steps, seed 0").And.NotContain("[1/3]");
        NinProcess.Run([.. arguments, "--out", whole, "--only", "two-steps", "--json"]).Succeeded().Json.GetProperty("rows").GetArrayLength().Should().Be(1);
        RunFiles.ShouldBeTheSame(second, Path.Combine(whole, "two-steps", "seed-0"));
    }

    [Fact]
    public void Resources_are_counted_and_measured()
    {
        var rows = NinProcess.Run("experiment", "resources", "--out", folder["resources"], "--device", "cpu", "--json").Succeeded().Json.GetProperty("rows").EnumerateArray().ToList();

        rows.Select(r => $"{r.GetProperty("row").GetString()} {r.GetProperty("batch")} {r.GetProperty("parameters")}").Should().Equal(
            "one-channel 1 1992166", "one-channel 16 1992166", "three-channels 1 2015398", "three-channels 16 2015398");
        foreach (var row in rows)
        {
            // The plan is of the network; the device also holds the images and prepared weights, several times as many as the weights, whatever the batch.
            long prepared = 5 * sizeof(float) * row.GetProperty("parameters").GetInt64(), plan = row.GetProperty("trainingBytes").GetInt64();
            row.GetProperty("trainingAllocated").GetInt64().Should().BeInRange(plan, plan + prepared + plan / 4);
            row.GetProperty("inferenceAllocated").GetInt64().Should().BeGreaterThanOrEqualTo(row.GetProperty("inferenceBytes").GetInt64());
            row.GetProperty("trainingAllocated").GetInt64().Should().BeGreaterThan(row.GetProperty("inferenceAllocated").GetInt64());
        }

        File.ReadAllText(Path.Combine(folder["resources"], "table.md")).Should().Contain("1,992,166").And.Contain("1.52 G");
        File.Exists(Path.Combine(folder["resources"], "plot.png")).Should().BeTrue();
    }

    [Fact]
    public void Without_a_name_the_studies_are_listed()
    {
        var studies = NinProcess.Run("experiment", "--json").Succeeded().Json.EnumerateArray().ToList();
        studies.Should().OnlyContain(s => Names(s).SequenceEqual(new[] { "name", "question", "scales" }));
        studies.Select(s => s.GetProperty("name").GetString()).Should().Equal("book-table", "pointwise-ablation", "dead-classes", "resources", "bottleneck", "recipes");
        NinProcess.Run("experiment").Succeeded().Output.Should().Contain("dead-classes: How often").And.Contain("--scale book: 224 x 224").And.Contain("20 seeds each");
    }

    [Fact]
    public void A_folder_of_another_study_is_refused_before_anything_is_trained()
    {
        string study = folder["study"];
        NinProcess.Run([.. Tiny, "--seeds", "1", "--only", "two-steps", "--out", study]).Succeeded();
        var refused = NinProcess.Run([.. Bottleneck(limit: 96, epochs: 3), "--seeds", "1", "--out", study]);
        refused.LastErrorLine(2).Should().Contain("is of another study: its epochs is 2, not 3").And.Contain("--out");
        Directory.Exists(Path.Combine(study, "at-once")).Should().BeFalse();
    }

    [Theory]
    [InlineData("unknown study 'dead-clases': did you mean 'dead-classes'?", "dead-clases")]
    [InlineData("unknown scale 'large'; use small, book.", "bottleneck", "--scale", "large")]
    [InlineData("unknown row 'at-onze': did you mean 'at-once'?", "bottleneck", "--only", "at-onze")]
    [InlineData("--seeds is '0'; it must be", "bottleneck", "--seeds", "0")]
    [InlineData("--epochs belongs to studies that train; resources counts and measures: leave it out.", "resources", "--epochs", "2")]
    public void Wrong_words_are_wrong_usage(string message, params string[] arguments) =>
        NinProcess.Run(["experiment", .. arguments, "--device", "cpu"]).FailedWith(2).Should().Contain(message);

    public void Dispose() => folder.Dispose();

    static string[] Bottleneck(int limit, int epochs) =>
        ["experiment", "bottleneck", "--dataset", "synthetic", "--limit", $"{limit}", "--epochs", $"{epochs}", "--device", "cpu", "--threads", "1"];

    static (string, DateTime)[] Weights(string study) =>
        [.. Directory.EnumerateFiles(study, "model.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (f, File.GetLastWriteTimeUtc(f)))];

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
