using System.Text.Json;
using SkiaSharp;

namespace Nin.Runner.Tests;

/// <summary>A folder that has one folder of pictures per class, from training to a named class.</summary>
public sealed class OwnPicturesTests : IDisposable
{
    // Ten, as many as quick28 gives; the grey level of a picture tells which.
    static readonly string[] Classes = [.. Enumerable.Range(0, 10).Select(k => $"kind{k}")];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_learns_from_a_folder_and_its_weights_know_the_classes()
    {
        Fill(Classes, pictures: 6);
        File.WriteAllText(folder["kinds/kind3/broken.png"], "not a picture");
        string[] train = ["train", "--data", folder["kinds"], "--epochs", "2", "--device", "cpu", "--validation", "0.34", "--out", folder["run"]];
        var outcome = Run([.. train, "--json"]).Succeeded();
        outcome.Error.Should().Contain("broken.png was left out: it is not a PNG").And.Contain($"40 training images of {folder["kinds"]}");

        var manifest = JsonDocument.Parse(File.ReadAllText(folder["run/manifest.json"])).RootElement;
        manifest.GetProperty("options").GetProperty("dataset").GetString().Should().Be("folder");
        manifest.GetProperty("options").GetProperty("validation").GetDouble().Should().Be(0.34);
        manifest.GetProperty("options").GetProperty("batch").GetInt32().Should().Be(8, "one step of 40 images learns nothing");
        var preprocessing = Nin.Data.Preprocessing.Read(folder["run/model.safetensors"]);
        preprocessing.ClassNames.Should().Equal(Classes);
        preprocessing.Normalization.Should().NotBeNull();

        Run("verify", folder["run"], "--json").Succeeded().Json.GetProperty("same").GetBoolean().Should().BeTrue();
        Run("train", "--resume", folder["run"], "--epochs", "3", "--device", "cpu").Succeeded();
        Run("eval", "--weights", folder["run"]).FailedWith(2).Should().Contain("the weights learnt from a folder of pictures: name one with --data.");
        Run("eval", "--weights", folder["run"], "--data", folder["none"]).FailedWith(2).Should().Contain("none does not exist; name a folder that has one folder of pictures per class.");
        var tested = Run("eval", "--weights", folder["run"], "--data", folder["kinds"], "--json").Succeeded().Json;
        tested.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("name").GetString()).Should().Equal(Classes);
        Run("predict", "--weights", folder["run"], folder["kinds/kind3/1.png"], "--json").Succeeded().Json[0].GetProperty("class").GetString().Should().BeOneOf(Classes);
    }

    [Fact]
    public void Training_stops_when_validation_gets_no_better_and_keeps_the_best_weights()
    {
        Fill(Classes, pictures: 6);
        JsonElement[] lines = [.. Run("train", "--data", folder["kinds"], "--epochs", "40", "--patience", "3", "--batch", "8", "--device", "cpu", "--out", folder["run"], "--json")
            .Succeeded().JsonLines];
        var epochs = lines[..^1];
        var best = lines[^1].GetProperty("result");
        epochs.Length.Should().Be(best.GetProperty("epoch").GetInt32() + 3).And.BeLessThan(40);
        double[] accuracies = [.. epochs.Select(e => e.GetProperty("testAccuracy").GetDouble())];
        best.GetProperty("testAccuracy").GetDouble().Should().Be(accuracies.Max());
        best.GetProperty("epoch").GetInt32().Should().Be(Array.IndexOf(accuracies, accuracies.Max()) + 1);

        // It trains again to the very weights of that epoch; going on with what is over changes nothing.
        Run("verify", folder["run"], "--json").Succeeded().Json.GetProperty("same").GetBoolean().Should().BeTrue();
        byte[] weights = File.ReadAllBytes(folder["run/model.safetensors"]);
        Run("train", "--resume", folder["run"], "--device", "cpu", "--json").Succeeded().Error.Should().Contain("stopped early: 3 epochs were no better");
        File.ReadAllBytes(folder["run/model.safetensors"]).Should().Equal(weights);
    }

    [Fact]
    public void Patience_is_for_pictures_of_ones_own() => Run("train", "--dataset", "synthetic", "--patience", "3").FailedWith(2)
        .Should().Contain("--patience belongs to pictures of your own");

    [Fact]
    public void Another_number_of_classes_is_said_before_anything_starts()
    {
        Fill(["rose", "daisy", "tulip"], pictures: 2);
        Run("train", "--data", folder["kinds"], "--device", "cpu", "--out", folder["run"]).FailedWith(2)
            .Should().Contain("kinds has 3 classes: daisy, rose, tulip; Quick28 gives 10: set Classes = 3.");
        Directory.Exists(folder["run"]).Should().BeFalse();
    }

    [Fact]
    public void A_folder_without_pictures_or_that_is_not_there_is_said_to_be_that()
    {
        Directory.CreateDirectory(folder["empty"]);
        Run("train", "--model", "cifar10", "--data", folder["empty"], "--device", "cpu").FailedWith(2).Should().Contain("empty has no folder of pictures: make one per class, as ");
        Run("train", "--model", "cifar10", "--data", folder["none"], "--device", "cpu").FailedWith(2).Should().Contain("none does not exist; name a folder that has one folder of pictures per class.");
    }

    // Decoded pixels go into the user's cache folder: here, one that goes with the test.
    NinOutcome Run(params string[] arguments) => NinProcess.RunWith(new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder["cache"] }, arguments);

    void Fill(string[] classes, int pictures)
    {
        for (int k = 0; k < classes.Length; k++)
        {
            Directory.CreateDirectory(folder[$"kinds/{classes[k]}"]);
            for (int i = 0; i < pictures; i++)
            {
                using var bitmap = new SKBitmap(40, 30);
                bitmap.Erase(new SKColor((byte)(20 * k + i), (byte)(20 * k), (byte)(20 * k)));
                using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(folder[$"kinds/{classes[k]}/{i}.png"], data.ToArray());
            }
        }
    }
}
