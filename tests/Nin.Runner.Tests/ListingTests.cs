using System.Text.Json;

namespace Nin.Runner.Tests;

/// <summary>The commands that show and measure.</summary>
public sealed class ListingTests
{
    [Fact]
    public void Devices_are_an_array_with_one_default()
    {
        var devices = NinProcess.Run("devices", "--json").Succeeded().Json.EnumerateArray().ToList();

        devices.Should().OnlyContain(d => Names(d).SequenceEqual(new[] { "id", "kind", "name", "memoryBytes", "default" }));
        devices.Should().ContainSingle(d => d.GetProperty("default").GetBoolean());
        devices.Select(d => d.GetProperty("id").GetString()).Should().Contain(["cpu", "emulator"]);
        devices.Should().OnlyContain(d => d.GetProperty("memoryBytes").GetInt64() > 0);
    }

    [Fact]
    public void Devices_for_people_tell_why_one_is_missing()
    {
        var known = NinProcess.Run("devices", "--json").Succeeded().Json.EnumerateArray().Select(d => d.GetProperty("kind").GetString());
        string table = NinProcess.Run("devices").Succeeded().Output;
        table.Should().Contain("default");
        if (!known.Contains("cuda")) table.Should().MatchRegex("cuda +missing +[a-z]");
    }

    [Fact]
    public void Models_are_the_seven_that_ship()
    {
        var models = NinProcess.Run("models", "--json").Succeeded().Json.EnumerateArray().ToList();

        models.Should().OnlyContain(m => Names(m).SequenceEqual(new[] { "id", "input", "parameters", "macs" }));
        var parameters = models.ToDictionary(m => m.GetProperty("id").GetString()!, m => m.GetProperty("parameters").GetInt64());
        parameters.Keys.Should().Equal("book", "book-one-pointwise", "book96", "mnist28", "modern28", "quick28", "cifar10");
        (parameters["book"], parameters["book96"], parameters["mnist28"], parameters["cifar10"]).Should().Be((1_992_166, 1_992_166, 349_674, 966_986));
    }

    [Fact]
    public void Summary_of_the_book_has_its_totals()
    {
        var summary = NinProcess.Run("summary", "--model", "book", "--batch", "2", "--json").Succeeded().Json;

        Names(summary).Should().Equal("model", "input", "batch", "layers", "parameters", "macs", "trainingBytes", "inferenceBytes");
        summary.GetProperty("parameters").GetInt64().Should().Be(1_992_166);
        summary.GetProperty("macs").GetInt64().Should().BeInRange(762_250_000, 762_349_999);
        var layers = summary.GetProperty("layers").EnumerateArray().ToList();
        layers.Should().OnlyContain(l => Names(l).SequenceEqual(new[] { "name", "kind", "output", "parameters", "macs", "activationBytes" }));
        layers[0].GetProperty("output").GetString().Should().Be("96x54x54");
        layers[0].GetProperty("activationBytes").GetInt64().Should().Be(2L * 96 * 54 * 54 * sizeof(float));
        layers.Sum(l => l.GetProperty("parameters").GetInt64()).Should().Be(1_992_166);
        summary.GetProperty("trainingBytes").GetInt64().Should().BeGreaterThan(summary.GetProperty("inferenceBytes").GetInt64());
    }

    [Fact]
    public void Summary_for_people_has_separators() =>
        NinProcess.Run("summary", "--model", "book").Succeeded().Output
            .Should().Contain("96x54x54").And.Contain("1,992,166").And.Contain("762.3 M").And.Contain("to train");

    [Theory]
    [InlineData("train")]
    [InlineData("infer")]
    public void Bench_measures_steps_that_allocate_nothing(string workload)
    {
        var result = NinProcess.Run(
            "bench", "--workload", workload, "--batch", "8", "--steps", "5", "--device", "cpu", "--threads", "2", "--json").Succeeded().Json;

        Names(result).Should().Equal(
            "model", "workload", "batch", "device", "threads", "msMedian", "msMin", "examplesPerSecond", "peakMiB", "allocatedBytesPerStep");
        result.GetProperty("model").GetString().Should().Be("quick28");
        result.GetProperty("threads").GetInt32().Should().Be(2);
        result.GetProperty("allocatedBytesPerStep").GetDouble().Should().Be(0);
        double median = result.GetProperty("msMedian").GetDouble();
        result.GetProperty("msMin").GetDouble().Should().BeInRange(0.01, median);
        result.GetProperty("examplesPerSecond").GetDouble().Should().BeApproximately(8000 / median, 1e-6);
        result.GetProperty("peakMiB").GetDouble().Should().BeGreaterThan(10);
    }

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
