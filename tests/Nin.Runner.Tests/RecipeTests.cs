using System.Text.Json;
using Nin.App;
using Nin.App.Runs;
using Nin.Runner.Models;

namespace Nin.Runner.Tests;

/// <summary>What a recipe is made of beside rate and schedule: averages of the weights, cutout, label smoothing, held-out images.</summary>
public sealed class RecipeTests : IDisposable
{
    static readonly string[] Train = ["train", "--dataset", "synthetic", "--limit", "96", "--batch", "16", "--epochs", "2", "--device", "cpu", "--threads", "2"];

    readonly TemporaryFolder folder = new();

    [Fact]
    public void Averaged_weights_are_tested_saved_replayed_and_resumed()
    {
        string run = folder["run"], plain = folder["plain"];
        NinProcess.Run([.. Train, "--average", "0.9", "--out", run]).Succeeded();
        NinProcess.Run([.. Train, "--out", plain]).Succeeded();

        string[] last = File.ReadLines(Path.Combine(run, "metrics.csv")).Last().Split(','), other = File.ReadLines(Path.Combine(plain, "metrics.csv")).Last().Split(',');
        last[1].Should().Be(other[1], "the average changes nothing of what is trained");
        last[3].Should().NotBe(other[3]);
        var tested = NinProcess.Run("eval", "--weights", run, "--device", "cpu", "--json").Succeeded().Json;
        tested.GetProperty("loss").GetRawText().Should().Be(last[3], "the file has the weights that were tested");
        NinProcess.Run("verify", run).Succeeded();

        // All epochs are done: the pictures are drawn from the file.
        File.Delete(Path.Combine(run, "report.html"));
        NinProcess.Run("train", "--resume", run, "--device", "cpu").Succeeded();
        double accuracy = double.Parse(last[4], System.Globalization.CultureInfo.InvariantCulture);
        File.ReadAllText(Path.Combine(run, "report.html")).Should().Contain($"<title>quick28: {(100 * accuracy).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} %");
        NinProcess.Run("train", "--resume", run, "--epochs", "3", "--device", "cpu").Succeeded();
    }

    [Fact]
    public void Options_of_a_recipe_are_in_the_manifest_and_zero_takes_them_out_of_a_preset()
    {
        string run = folder["run"];
        NinProcess.Run([
            .. Train, "--preset", "accurate", "--model", "quick28", "--cutout", "8", "--label-smoothing", "0", "--last-rate", "0.5", "--hold-out", "32", "--out", run,
        ]).Succeeded().Output.Should().Contain("tested on 32 held out");
        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "manifest.json"))).RootElement.GetProperty("options");
        options.EnumerateObject().Select(o => $"{o.Name}={o.Value}").Should().Contain(["cutout=8", "lastRate=0.5", "holdOut=32", "augment=shift-flip"])
            .And.NotContain(o => o.StartsWith("labelSmoothing"));
        NinProcess.Run("verify", run).Succeeded();
    }

    [Fact]
    public async Task Held_out_images_are_the_last_ones_whatever_the_limit_and_nobody_learns_from_them()
    {
        var model = Shipped.Models.Get("quick28");
        var settings = TrainSettings.Quick with { Dataset = "synthetic" };
        var all = await RunData.ForRunAsync(settings, model, null, _ => { }, default);
        var held = await RunData.ForRunAsync(settings with { HoldOut = 100 }, model, null, _ => { }, default);

        (held.Training!.Count, held.Test.Count).Should().Be((all.Training!.Count - 100, 100));
        held.Test.Image(0).SequenceEqual(all.Training.Image(all.Training.Count - 100)).Should().BeTrue();
        held.Test.ContentHash.Should().NotBe(all.Test.Take(100).ContentHash);
        var little = await RunData.ForRunAsync(settings with { HoldOut = 100, Limit = 50 }, model, null, _ => { }, default);
        (little.Training!.Count, little.Test.Count).Should().Be((50, 100));
    }

    [Theory]
    [InlineData("--hold-out 8192 leaves nothing to learn from: there are 8192 training images; hold out fewer.", "--hold-out", "8192")]
    [InlineData("--average is '1'; it must be a number of 0 or more and below 1.", "--average", "1")]
    [InlineData("--label-smoothing is '-0.1'; it must be a number of 0 or more and below 1.", "--label-smoothing", "-0.1")]
    [InlineData("--cutout is '2000'; it must be a whole number from 0 to 1024.", "--cutout", "2000")]
    [InlineData("--last-rate is '-1'; it must be a number of 0 or more.", "--last-rate", "-1")]
    [InlineData("--preset is 'fast'", "--preset", "fast")]
    public void Values_that_none_may_have_are_wrong_usage(string message, params string[] arguments) =>
        NinProcess.Run(["train", "--dataset", "synthetic", "--device", "cpu", "--out", folder["run"], .. arguments]).LastErrorLine(2).Should().Contain(message);

    public void Dispose() => folder.Dispose();
}
