using System.Text;
using Nin.Checkpoints;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.TestKit.Fuzzing;
using Nin.Training;
using Xunit.Abstractions;

namespace Nin.Runner.Tests;

/// <summary>A run's manifest and metrics: what no run has written is an error and not a default.</summary>
public sealed class RunFileTests(ITestOutputHelper output) : IDisposable
{
    const int Few = 1_000, Many = 100_000;

    static readonly string[] JsonWords =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "0.5", "99999999999999999999", "\"\\ud800\"", "\\n", "\"cosine\"", "\"model\":\"book\",",
        "\"files\":null,", "\"files\":[null],", "\"seed\":1,", "\"limit\":0,", "\"schedule\":\"cosinee\",", "\"options\":{},", "[[[[[[[[[[[[[[[[",
    ];

    readonly TemporaryFolder folder = new();

    static Manifest Good { get; } = new(
        ManifestVersions.OfThisProcess(), DateTimeOffset.UnixEpoch, "quick28", new string('a', 64),
        new ManifestData("synthetic", "made", [new DataFileRow("training", new string('0', 64)), new DataFileRow("test", new string('1', 64))]),
        TrainSettings.Quick with { Batch = 128, Schedule = "cosine", Dataset = "synthetic", Seed = 3, Limit = 16 }, 3, new ManifestDevice("cpu", "A processor", 2)) { Extensions = [new ManifestExtension(Epoch: 1, Step: 5, From: 2, To: 3)] };

    [Fact]
    public void Manifest_reads_back()
    {
        var run = new RunFolder(folder["run"]);
        run.Write(Good);
        run.ReadManifest(Shipped.Models).Should().BeEquivalentTo(Good);
        run.Write(Good with { Data = Good.Data with { Path = "/data" }, Options = Good.Options with { Limit = null } });
        (run.ReadManifest(Shipped.Models) is { Data.Path: "/data", Options.Limit: null }).Should().BeTrue();
    }

    [Theory]
    [InlineData("\"schedule\": \"cosine\"", "\"schedule\": \"cosinee\"", "options.schedule is 'cosinee'; it must be one of constant, step, cosine, onecycle")]
    [InlineData("\"optimizer\": \"sgd\"", "\"optimizer\": \"SGD\"", "options.optimizer is 'SGD'; it must be one of sgd, adam, adamw")]
    [InlineData("\"init\": \"he\"", "\"init\": \"h\\ne\"", "options.init is 'h e'; it must be one of xavier, he")]
    [InlineData("\"augment\": \"none\"", "\"augment\": \"\"", "options.augment is ''; it must be one of none, flip, shift-flip, strong")]
    [InlineData("\"dataset\": \"synthetic\"\n", "\"dataset\": \"mnist\"\n", "options.dataset is 'mnist'; it must be one of fashion-mnist, synthetic, folder")]
    [InlineData("\"dataset\": \"synthetic\",", "\"dataset\": \"mnist\",", "data.dataset is 'mnist' and options.dataset is 'synthetic'; they must be equal")]
    [InlineData("\"model\": \"quick28\"", "\"model\": \"quick29\"", "model is 'quick29'; it must be one of book, *")]
    [InlineData("\"epochs\": 3", "\"epochs\": 0", "options.epochs is 0; it must be 1 or more")]
    [InlineData("\"batch\": 128", "\"batch\": -5", "options.batch is -5; it must be 1 or more")]
    [InlineData("\"lr\": 0.1", "\"lr\": 1e999", "options.lr is *; it must be a number above 0")]
    [InlineData("\"momentum\": 0.9", "\"momentum\": 1", "options.momentum is 1; it must be 0 or more and below 1")]
    [InlineData("\"weightDecay\": 0.0005", "\"weightDecay\": -1", "options.weightDecay is -1; it must be a number of 0 or more")]
    [InlineData("\"limit\": 16", "\"limit\": 0", "options.limit is 0; it must be 1 or more")]
    [InlineData("\"epochs\": 3", "\"epochs\": 4", "extensions must lead from one number of epochs to the next, up to options.epochs (4)")]
    [InlineData("\"epoch\": 1,", "\"epoch\": 3,", "extensions must lead from one number of epochs to the next, up to options.epochs (3)")]
    [InlineData("\"step\": 5", "\"step\": -1", "extensions must lead from one number of epochs to the next, up to options.epochs (3)")]
    [InlineData("\"from\": 2,", "\"from\": 0,", "extensions must lead from one number of epochs to the next, up to options.epochs (3)")]
    [InlineData("\"seed\": 3,", "\"seed\": 4,", "seed is 3 and options.seed is 4; they must be equal")]
    public void What_no_run_was_started_with_is_named(string old, string changed, string message) =>
        Change(old, changed).Should().Match($"{folder["run/manifest.json"]}: {message}. Correct it, or start a new run.");

    [Fact]
    public void Extensions_stand_where_the_run_went_on()
    {
        static TrainingState At(int epoch, int step) => new(epoch, Seed: 3) { Begun = new EpochProgress(step, 1, 1, 1) };
        var manifest = Good.Extend(3, At(2, 1));
        manifest.Should().BeSameAs(Good, "it has three epochs already");
        manifest = Good.Extend(9, At(2, 1));
        (manifest.Options.Epochs, manifest.Problem(Shipped.Models)).Should().Be((9, null));
        manifest.Extensions.Should().Equal(new ManifestExtension(1, 5, 2, 3), new ManifestExtension(2, 1, 3, 9));
        manifest.Extend(9, At(1, 7)).Should().BeSameAs(manifest, "from wherever it goes on, the extensions stand where they were");
        // The checkpoint at 2.1 is damaged, and the one before is extended anew.
        var earlier = manifest.Extend(8, At(1, 7));
        earlier.Extensions.Should().Equal(new ManifestExtension(1, 5, 2, 3), new ManifestExtension(1, 7, 3, 8));
        (earlier.Options.Epochs, earlier.Problem(Shipped.Models)).Should().Be((8, null));
        var taken = manifest.Extend(2, At(1, 0));
        (taken.Options.Epochs, taken.Extensions, taken.Problem(Shipped.Models)).Should().Be((2, null, null));
    }

    [Theory]
    [InlineData("\"schedule\": \"cosine\",", "")]
    [InlineData("\"schedule\": \"cosine\"", "\"schedule\": null")]
    [InlineData("\"schedule\": \"cosine\"", "\"schedule\": \"cosine\", \"schedule\": \"step\"")]
    [InlineData("\"schedule\": \"cosine\"", "\"schedule\": \"cosine\", \"warmup\": 5")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3000000000")]
    [InlineData("\"source\": \"made\",", "")]
    [InlineData("\"source\": \"made\"", "\"source\": null")]
    [InlineData("{", "[")]
    public void A_manifest_with_anything_else_than_its_words_is_damaged(string old, string changed) =>
        Change(old, changed).Should().Match($"{folder["run/manifest.json"]} is damaged (*); start a new run.");

    [Theory]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0,0")]
    [InlineData("1,2.5,0.5,NaN,0.75,100.0,0\n2,1E-05,1,Infinity,0,0.1,9")]
    [InlineData("")]
    public void Metrics_read_back(string rows)
    {
        File.WriteAllText(folder["metrics.csv"], $"{Header}\n{rows}{(rows.Length > 0 ? "\n" : "")}");
        var epochs = MetricsTable.Read(folder["metrics.csv"]);
        using var written = new MemoryStream();
        MetricsTable.Write(written, epochs);
        Encoding.UTF8.GetString(written.ToArray()).Should().Be(File.ReadAllText(folder["metrics.csv"]));
    }

    [Theory]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0", "line 2 must be that of epoch 1")]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0,0,1", "line 2 must be that of epoch 1")]
    [InlineData("1,x,0.5,2.25,0.75,100.0,0", "line 2 must be that of epoch 1")]
    [InlineData("1.7,2.5,0.5,2.25,0.75,100.0,0", "line 2 must be that of epoch 1")]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0,0\n1,2.5,0.5,2.25,0.75,100.0,0", "line 3 must be that of epoch 2")]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0,0\n3,2.5,0.5,2.25,0.75,100.0,0", "line 3 must be that of epoch 2")]
    [InlineData("1,2.5,0.5,2.25,0.75,100.0,0\n\n2,2.5,0.5,2.25,0.75,100.0,0", "line 3 must be that of epoch 2")]
    public void A_row_that_is_damaged_missing_or_there_twice_is_named(string rows, string message)
    {
        File.WriteAllText(folder["metrics.csv"], $"{Header}\n{rows}\n");
        FluentActions.Invoking(() => MetricsTable.Read(folder["metrics.csv"])).Should().Throw<InvalidDataException>()
            .WithMessage($"{folder["metrics.csv"]} is not a valid table of metrics: {message}. *");
    }

    [Fact]
    public void Metrics_without_their_heading_are_refused()
    {
        File.WriteAllText(folder["metrics.csv"], "");
        FluentActions.Invoking(() => MetricsTable.Read(folder["metrics.csv"])).Should().Throw<InvalidDataException>().WithMessage("*it is empty*");
        File.WriteAllText(folder["metrics.csv"], "epoch,loss\n");
        FluentActions.Invoking(() => MetricsTable.Read(folder["metrics.csv"])).Should().Throw<InvalidDataException>().WithMessage("*the first line must be*");
    }

    [Fact]
    public void Manifests_survive_damage() => FuzzManifests(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Manifests_survive_damage_at_length() => FuzzManifests(Many);

    [Fact]
    public void Metrics_survive_damage() => FuzzMetrics(Few);

    [LongFact]
    [Trait("Category", "Long")]
    public void Metrics_survive_damage_at_length() => FuzzMetrics(Many);

    public void Dispose() => folder.Dispose();

    static string Header => "epoch,loss,trainAccuracy,testLoss,testAccuracy,examplesPerSecond,deadClasses";

    string Change(string old, string changed)
    {
        var run = new RunFolder(folder["run"]);
        run.Write(Good);
        string text = File.ReadAllText(run.ManifestFile);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        at.Should().BeGreaterThanOrEqualTo(0);
        File.WriteAllText(run.ManifestFile, text[..at] + changed + text[(at + old.Length)..]);
        string message = run.Invoking(r => r.ReadManifest(Shipped.Models)).Should().Throw<InvalidDataException>().Which.Message;
        message.Should().NotContain("\n");
        return message;
    }

    void FuzzManifests(int files)
    {
        var run = new RunFolder(folder["run"]);
        run.Write(Good);
        byte[] whole = File.ReadAllBytes(run.ManifestFile);
        Run("manifest.json", files, new Mutator([whole], JsonWords, seed: 7), new FuzzRun
        {
            BytesPerByte = 64,
            Read = file =>
            {
                File.WriteAllBytes(run.ManifestFile, file);
                // What is accepted can be trained with.
                var manifest = run.ReadManifest(Shipped.Models);
                _ = Shipped.Models.Get(manifest.Model);
                _ = Recipe.Options(manifest.Options, folder["checkpoint"], new CheckpointSettings(TimeSpan.Zero, manifest.Extensions));
                _ = Recipe.Init(manifest.Options.Init);
                _ = Recipe.Augmentation(manifest.Options.Augment);
                if (!Recipe.Optimizers.Contains(manifest.Options.Optimizer)) throw new InvalidOperationException(manifest.Options.Optimizer);
            },
        });
    }

    void FuzzMetrics(int files)
    {
        using var written = new MemoryStream();
        MetricsTable.Write(written, [new EpochMetrics(1, 2.3, 0.1, 2.2, 0.2, 100.5, 3), new EpochMetrics(2, 1.3, 0.5, 1.2, 0.6, 100.5, 0)]);
        Run("metrics.csv", files, new Mutator([written.ToArray()], [",", "\n", "\r", "NaN", "1e999", "-1", Header], seed: 8), new FuzzRun
        {
            BytesPerByte = 32,
            Read = file =>
            {
                File.WriteAllBytes(folder["metrics.csv"], file);
                var epochs = MetricsTable.Read(folder["metrics.csv"]);
                if (!epochs.Select(e => e.Epoch).SequenceEqual(Enumerable.Range(1, epochs.Count))) throw new InvalidOperationException("Epochs with a gap.");
            },
        });
    }

    void Run(string format, int files, Mutator mutator, FuzzRun run)
    {
        var figures = run.Run(mutator.Next, files);
        output.WriteLine(
            $"{format}: {figures.Files:N0} files, {figures.Refused:N0} refused, at most {figures.MostBytes:N0} bytes and {figures.Longest.TotalMilliseconds:N1} ms a file");
        figures.Refused.Should().BeGreaterThan(files / 4, "most damage is found").And.BeLessThan(files, "some is harmless");
    }
}
