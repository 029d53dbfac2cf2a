using System.Text.Json;
using SkiaSharp;

namespace Nin.Runner.Tests;

/// <summary>A search for the learning rate: points that rise, a rate among them, a picture.</summary>
public sealed class FindRateTests : IDisposable
{
    static readonly string[] Search = ["lr-find", "--dataset", "synthetic", "--limit", "128", "--batch", "16", "--steps", "40", "--device", "cpu"];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Programs_get_the_rate_and_all_points()
    {
        var result = NinProcess.Run([.. Search, "--out", folder["rate.png"], "--json"]).Succeeded().Json;
        result.EnumerateObject().Select(p => p.Name).Should().Equal("suggested", "points");
        var points = result.GetProperty("points").EnumerateArray().ToList();
        points.Should().OnlyContain(p => p.EnumerateObject().Select(e => e.Name).SequenceEqual(new[] { "learningRate", "loss", "smoothLoss" }));
        double[] rates = [.. points.Select(p => p.GetProperty("learningRate").GetDouble())];
        rates.Should().BeInAscendingOrder().And.HaveCountGreaterThan(20);
        var suggested = result.GetProperty("suggested");
        if (suggested.ValueKind != JsonValueKind.Null) suggested.GetDouble().Should().BeInRange(rates[0], rates[^1]);
        using var drawn = SKBitmap.Decode(folder["rate.png"]);
        (drawn.Width, drawn.Height).Should().Be((900, 540));
    }

    [Fact]
    public void What_does_not_belong_to_a_search_is_refused()
    {
        NinProcess.Run([.. Search, "--lr", "0.1"]).FailedWith(2).Should().Contain("unknown option '--lr'");
        NinProcess.Run("lr-find", "--steps", "3").FailedWith(2).Should().Contain("--steps is '3'; it must be a whole number of 10 or more.");
    }
}
