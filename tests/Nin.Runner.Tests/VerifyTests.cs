using System.Runtime.Intrinsics;
using System.Text.Json;
using Nin.Checkpoints;

namespace Nin.Runner.Tests;

/// <summary>A run is replayed to its bits, and the first difference is named.</summary>
public sealed class VerifyTests(TrainedRun trained) : IClassFixture<TrainedRun>, IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("1"), InlineData("2")]
    public void An_untouched_run_is_the_same_whatever_the_threads(string threads)
    {
        var result = NinProcess.Run("verify", trained.Folder, "--threads", threads, "--json").Succeeded();
        Names(result.Json).Should().Equal("same", "firstDifference");
        result.Json.GetProperty("same").GetBoolean().Should().BeTrue();
        result.Json.GetProperty("firstDifference").ValueKind.Should().Be(JsonValueKind.Null);
        result.Error.Should().Contain("epoch 2/2 replayed: the same").And.NotContain("warning");
    }

    [Fact]
    public void People_read_a_sentence() =>
        NinProcess.Run("verify", trained.Folder).Succeeded().Output.Should().EndWith($"{trained.Folder} is the same, bit for bit: metrics and weights\n");

    [Fact]
    public void A_column_that_differs_in_its_last_bit_is_named_with_its_epoch()
    {
        string copy = Copy();
        string[] rows = File.ReadAllLines(Path.Combine(copy, "metrics.csv"));
        string[] cells = rows[2].Split(',');
        double loss = double.Parse(cells[3], System.Globalization.CultureInfo.InvariantCulture), moved = Math.BitIncrement(loss);
        cells[3] = moved.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        rows[2] = string.Join(',', cells);
        File.WriteAllLines(Path.Combine(copy, "metrics.csv"), rows);

        var result = NinProcess.Run("verify", copy, "--json");
        result.ExitCode.Should().Be(1);
        result.Json.GetProperty("same").GetBoolean().Should().BeFalse();
        var difference = result.Json.GetProperty("firstDifference");
        Names(difference).Should().Equal("epoch", "column", "parameter", "index", "recorded", "replayed");
        (difference.GetProperty("epoch").GetInt32(), difference.GetProperty("column").GetString()).Should().Be((2, "testLoss"));
        (difference.GetProperty("recorded").GetDouble(), difference.GetProperty("replayed").GetDouble()).Should().Be((moved, loss));
    }

    [Fact]
    public void A_weight_that_differs_is_named_with_its_index()
    {
        string copy = Copy();
        using (var device = Device.Open("cpu"))
        using (var network = Shipped.Models.Get("quick28").Create(device, 3))
        {
            string file = Path.Combine(copy, "model.safetensors");
            Checkpoint.Load(network, file);
            var parameter = network.Parameters["Block2.0.weight"];
            float[] values = parameter.ToArray();
            values[41] = MathF.BitIncrement(values[41]);
            parameter.CopyFrom(values);
            Checkpoint.Save(network, file);
        }

        var result = NinProcess.Run("verify", copy);
        result.ExitCode.Should().Be(1);
        result.Output.Should().MatchRegex("is different, first in Block2.0.weight, element 41: recorded -?[0-9.E-]+, replayed -?[0-9.E-]+\n");
        result.Error.Should().BeEmpty();
    }

    [Fact]
    public void Another_register_width_is_said_first()
    {
        string copy = Copy();
        string manifest = Path.Combine(copy, "manifest.json");
        string text = File.ReadAllText(manifest);
        text.Should().MatchRegex("\"registerBits\": (128|256|512)");
        File.WriteAllText(manifest, System.Text.RegularExpressions.Regex.Replace(text, "\"registerBits\": [0-9]+", "\"registerBits\": 64"));
        var result = NinProcess.Run("verify", copy, "--json").Succeeded();
        result.Error.Should().StartWith("warning: the run was made with registers of 64 bits, not ").And.Contain("Equal bits are promised per instruction set and device");
    }

    [Fact]
    public void Another_commit_of_the_same_version_is_named_where_the_bits_differ_and_not_before()
    {
        string copy = Copy(), manifest = Path.Combine(copy, "manifest.json"), metrics = Path.Combine(copy, "metrics.csv");
        string text = File.ReadAllText(manifest);
        string changed = System.Text.RegularExpressions.Regex.Replace(text, "\"nin\": \"([0-9.]+)[^\"]*\"", "\"nin\": \"$1+0123abcd\"");
        changed.Should().NotBe(text);
        File.WriteAllText(manifest, changed);
        NinProcess.Run("verify", copy, "--json").Succeeded().Error.Should().NotContain("warning").And.NotContain("0123abcd");

        File.WriteAllText(metrics, File.ReadAllText(metrics).Replace("\n1,", "\n1,1", StringComparison.Ordinal));
        var result = NinProcess.Run("verify", copy, "--json");
        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("0123abcd").And.Contain("a change between the two may be why");
    }

    [Fact]
    public void Narrower_registers_are_said_first_and_give_other_bits()
    {
        var narrow = new Dictionary<string, string> { ["DOTNET_EnableAVX2"] = "0", ["DOTNET_EnableAVX"] = "0" };
        var result = NinProcess.RunWith(narrow, "verify", trained.Folder, "--json");
        // Where there are none wider, nothing is narrower.
        bool isWide = Vector256.IsHardwareAccelerated;
        result.Error.Contains(", not 128. Equal bits", StringComparison.Ordinal).Should().Be(isWide);
        result.ExitCode.Should().Be(isWide ? 1 : 0);
        if (isWide) result.Json.GetProperty("firstDifference").GetProperty("epoch").GetInt32().Should().Be(1);
    }

    [Fact]
    public void What_is_no_run_is_refused_in_one_line()
    {
        NinProcess.Run("verify", folder[""]).FailedWith(1).Should().Contain("is not a run folder");
        string copy = Copy();
        File.Delete(Path.Combine(copy, "metrics.csv"));
        NinProcess.Run("verify", copy).LastErrorLine(1).Should().Contain("has no epoch");
    }

    string Copy()
    {
        string copy = folder["copy"];
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(trained.Folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
