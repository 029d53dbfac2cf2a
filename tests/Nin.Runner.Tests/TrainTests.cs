using System.Text.Json;
using SkiaSharp;

namespace Nin.Runner.Tests;

/// <summary>A run folder, what is printed meanwhile, and that a run can be done again.</summary>
public sealed class TrainTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    static readonly string[] EpochNames = ["epoch", "loss", "trainAccuracy", "testAccuracy", "examplesPerSecond", "deadClasses"];

    [Fact]
    public void Json_is_a_line_an_epoch_and_a_result()
    {
        var lines = trained.Outcome.JsonLines;

        lines.Should().HaveCount(3);
        foreach (var line in lines.Take(2)) Names(line).Should().Equal(EpochNames);
        Names(lines[2]).Should().Equal("result");
        var result = lines[2].GetProperty("result");
        Names(result).Should().Equal([.. EpochNames, "run", "device", "seconds"]);
        result.GetProperty("run").GetString().Should().Be(trained.Folder);
        result.GetProperty("device").GetString().Should().Be("cpu");
        result.GetProperty("epoch").GetInt32().Should().Be(2);
        result.GetProperty("loss").GetDouble().Should().Be(lines[1].GetProperty("loss").GetDouble());
        lines[1].GetProperty("loss").GetDouble().Should().BeLessThan(lines[0].GetProperty("loss").GetDouble());
    }

    [Fact]
    public void Everything_for_people_is_on_standard_error() =>
        trained.Outcome.Error.Should().Contain("epoch 1/2").And.Contain("epoch 2/2").And.Contain(trained.Folder);

    [Fact]
    public void Folder_holds_what_is_promised_and_nothing_else()
    {
        Entries(trained.Folder).Should().Equal(".lock", "checkpoint", "confusion.png", "curves.png", "manifest.json", "metrics.csv", "model.safetensors", "report.html");
        Entries(Path.Combine(trained.Folder, "checkpoint")).Should().Equal("00000001", "00000002");
        Entries(RunFiles.NewestCheckpoint(trained.Folder)).Should().Equal("model.safetensors", "optimizer.safetensors", "sha256sums", "state.json");
    }

    [Fact]
    public void Manifest_tells_how_to_do_it_again()
    {
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(trained.Folder, "manifest.json"))).RootElement;

        Names(manifest).Should().Equal("versions", "started", "model", "architecture", "data", "options", "seed", "device");
        manifest.GetProperty("model").GetString().Should().Be("quick28");
        manifest.GetProperty("architecture").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
        manifest.GetProperty("seed").GetInt32().Should().Be(3);
        manifest.GetProperty("device").GetProperty("threads").GetInt32().Should().Be(2);
        manifest.GetProperty("data").GetProperty("files").EnumerateArray().Should().HaveCount(2)
            .And.OnlyContain(f => f.GetProperty("sha256").GetString()!.Length == 64);
        var options = manifest.GetProperty("options");
        options.GetProperty("limit").GetInt32().Should().Be(96);
        options.GetProperty("lr").GetDouble().Should().Be(0.1);
        options.GetProperty("schedule").GetString().Should().Be("onecycle");
    }

    [Fact]
    public void Metrics_are_a_row_an_epoch()
    {
        string[] rows = File.ReadAllLines(Path.Combine(trained.Folder, "metrics.csv"));
        rows.Should().HaveCount(3);
        rows[0].Should().Be("epoch,loss,trainAccuracy,testLoss,testAccuracy,examplesPerSecond,deadClasses");
        rows[2].Split(',')[1].Should().Be(trained.Outcome.JsonLines[1].GetProperty("loss").GetRawText());
    }

    [Theory]
    [InlineData("curves.png")]
    [InlineData("confusion.png")]
    public void Pictures_show_something(string name)
    {
        using var picture = SKBitmap.Decode(Path.Combine(trained.Folder, name));
        picture.Width.Should().BeGreaterThan(600);
        picture.Height.Should().BeGreaterThan(400);
        picture.Pixels.Distinct().Count().Should().BeGreaterThan(20);
    }

    [Fact]
    public void Eval_finds_model_and_images_in_the_file_and_agrees_with_the_run()
    {
        var result = NinProcess.Run("eval", "--weights", trained.Weights, "--device", "cpu", "--threads", "1", "--batch", "100", "--json").Succeeded().Json;

        Names(result).Should().Equal("loss", "accuracy", "classes");
        result.GetProperty("accuracy").GetDouble().Should().Be(trained.Outcome.JsonLines[1].GetProperty("testAccuracy").GetDouble());
        string testLoss = File.ReadLines(Path.Combine(trained.Folder, "metrics.csv")).Last().Split(',')[3];
        result.GetProperty("loss").GetRawText().Should().Be(testLoss);
        var classes = result.GetProperty("classes");
        classes.GetArrayLength().Should().Be(10);
        Names(classes[0]).Should().Equal("name", "precision", "recall");
        classes[0].GetProperty("name").GetString().Should().Be("fine rows");
    }

    [Theory]
    [InlineData("2")]
    [InlineData("1")]
    public void Same_seed_gives_the_same_bits_whatever_the_threads(string threads)
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run([.. Replace("--threads", threads), "--out", folder["run"]]).Succeeded();
        RunFiles.ShouldBeTheSame(folder["run"], trained.Folder);
    }

    [Fact]
    public void Another_seed_gives_another_network()
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run([.. Replace("--seed", "4"), "--out", folder["run"]]).Succeeded();
        RunFiles.Metrics(folder["run"]).Should().NotEqual(RunFiles.Metrics(trained.Folder));
    }

    [Fact]
    public void Options_override_a_preset()
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run(
            "train", "--preset", "book", "--model", "mnist28", "--lr", "0.01", "--epochs", "1", "--dataset", "synthetic", "--limit", "16",
            "--device", "cpu", "--out", folder["run"]).Succeeded().Output.Should().Contain("next: nin eval --weights");

        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["run"], "manifest.json"))).RootElement.GetProperty("options");
        options.EnumerateObject().Select(o => $"{o.Name}={o.Value}").Should().Equal(
            "epochs=1", "batch=128", "lr=0.01", "momentum=0", "weightDecay=0", "schedule=constant", "optimizer=sgd", "init=xavier", "augment=none",
            "seed=0", "limit=16", "dataset=synthetic");
    }

    [Theory]
    [InlineData("quick28", "lr=0.1", "momentum=0.9", "schedule=onecycle", "init=he")]
    [InlineData("mnist28", "lr=0.01", "momentum=0.9", "schedule=onecycle", "init=he")]
    [InlineData("book96", "lr=0.1", "momentum=0", "schedule=constant", "init=xavier")]
    public void A_model_without_a_preset_has_settings_that_suit_it(string model, params string[] settings)
    {
        using var folder = new TemporaryFolder();
        NinProcess.Run(
            "train", "--model", model, "--dataset", "synthetic", "--limit", "8", "--epochs", "1", "--batch", "128", "--device", "cpu", "--out", folder["run"]).Succeeded();

        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["run"], "manifest.json"))).RootElement.GetProperty("options");
        options.EnumerateObject().Select(o => $"{o.Name}={o.Value}").Should().Contain(settings);
    }

    static string[] Replace(string option, string value)
    {
        string[] arguments = [.. TrainedRun.Arguments];
        arguments[Array.IndexOf(arguments, option) + 1] = value;
        return arguments;
    }

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    static string?[] Entries(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
