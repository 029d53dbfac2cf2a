using System.Text.Json;
using SkiaSharp;

namespace Nin.Runner.Tests;

/// <summary>The commands that use what a run left: predict, explain, export, compare.</summary>
public sealed class UseTests(TrainedRun trained) : IClassFixture<TrainedRun>, IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Eval_takes_the_folder_of_a_run_as_its_weights() =>
        NinProcess.Run("eval", "--weights", trained.Folder, "--json").Succeeded().Output
            .Should().Be(NinProcess.Run("eval", "--weights", trained.Weights, "--json").Succeeded().Output);

    [Fact]
    public void Pictures_get_a_class_and_its_confidence()
    {
        string bright = Picture("bright.png", 28, 28), large = Picture("large.jpg", 90, 61);
        var outcome = NinProcess.Run("predict", "--weights", trained.Folder, bright, large, bright, "--json", "--device", "cpu").Succeeded();
        var rows = outcome.Json.EnumerateArray().ToList();
        rows.Should().HaveCount(3).And.OnlyContain(r => Names(r).SequenceEqual(new[] { "image", "class", "confidence" }));
        rows.Select(r => r.GetProperty("image").GetString()).Should().Equal(bright, large, bright);
        rows.Select(r => r.GetProperty("confidence").GetDouble()).Should().OnlyContain(c => c > 0.1 && c <= 1);
        rows[0].ToString().Should().Be(rows[2].ToString());
        Metadata("nin.classes").Should().Contain($"\"{rows[0].GetProperty("class").GetString()}\"");

        NinProcess.Run("predict", "--weights", trained.Weights, bright, "--device", "cpu").Succeeded().Output.Should().MatchRegex("bright.png +[a-z ]+ +[0-9.]+ %");
    }

    [Fact]
    public void Predict_takes_the_newest_run()
    {
        string picture = Picture("bright.png", 28, 28);
        string[] arguments = ["predict", picture, "--json", "--device", "cpu"];
        NinProcess.RunIn(folder[""], arguments).FailedWith(2).Should().Contain("there is no run under runs: name weights with --weights");
        Directory.CreateDirectory(folder["runs/old"]);
        File.WriteAllText(folder["runs/old/model.safetensors"], "not weights");
        File.SetLastWriteTimeUtc(folder["runs/old/model.safetensors"], DateTime.UtcNow.AddDays(-1));
        Directory.CreateDirectory(folder["runs/new"]);
        File.Copy(trained.Weights, folder["runs/new/model.safetensors"]);
        File.SetLastWriteTimeUtc(folder["runs/new/model.safetensors"], DateTime.UtcNow);
        NinProcess.RunIn(folder[""], arguments).Succeeded().Output
            .Should().Be(NinProcess.Run([.. arguments, "--weights", trained.Weights]).Succeeded().Output);
    }

    [Fact]
    public void A_map_lies_over_the_picture()
    {
        string picture = Picture("wide.png", 400, 330), map = folder["map.png"];
        var result = NinProcess.Run("explain", "--weights", trained.Folder, picture, "--out", map, "--json", "--device", "cpu").Succeeded().Json;
        Names(result).Should().Equal("image", "class", "map");
        (result.GetProperty("image").GetString(), result.GetProperty("map").GetString()).Should().Be((picture, map));
        using SKBitmap before = SKBitmap.Decode(picture), after = SKBitmap.Decode(map);
        (after.Width, after.Height).Should().Be((before.Width, before.Height));
        var changed = Enumerable.Range(0, 400 * 330).Select(i => (X: i % 400, Y: i / 400)).Where(p => after.GetPixel(p.X, p.Y) != before.GetPixel(p.X, p.Y)).ToList();
        changed.Should().HaveCountGreaterThan(100, "the map colours where the class is");
        changed.Should().OnlyContain(p => after.GetPixel(p.X, p.Y).Red >= before.GetPixel(p.X, p.Y).Red - 1, "its colours are yellow to red");
    }

    [Fact]
    public void A_class_that_is_asked_for_is_one_of_the_networks()
    {
        string picture = Picture("a.png", 28, 28);
        NinProcess.Run("explain", "--weights", trained.Folder, picture, "--class", "no such class").FailedWith(2).Should().Contain("--class is 'no such class'; use ");
    }

    [Fact]
    public void Export_keeps_bits_and_metadata()
    {
        string to = folder["out.safetensors"];
        var result = NinProcess.Run("export", "--weights", trained.Folder, "--to", to, "--json").Succeeded().Json;
        Names(result).Should().Equal("path", "bytes");
        result.GetProperty("bytes").GetInt64().Should().Be(new FileInfo(to).Length);
        Checkpoint.ReadMetadata(to).Should().BeEquivalentTo(Checkpoint.ReadMetadata(trained.Weights));
        NinProcess.Run("eval", "--weights", to, "--json").Succeeded().Output.Should().Be(NinProcess.Run("eval", "--weights", trained.Weights, "--json").Succeeded().Output);
    }

    [Theory]
    [InlineData("x.bin", "is not a kind of file that is written; name one that ends in .safetensors or .onnx.")]
    public void Export_says_what_it_writes(string name, string message) =>
        NinProcess.Run("export", "--weights", trained.Folder, "--to", folder[name]).FailedWith(2).Should().Contain(message);

    [Fact]
    public void Runs_stand_side_by_side()
    {
        string picture = folder["both.png"];
        var result = NinProcess.Run("compare", trained.Folder, trained.Folder, "--out", picture, "--json").Succeeded().Json;
        Names(result).Should().Equal("rows");
        var rows = result.GetProperty("rows").EnumerateArray().ToList();
        rows.Should().HaveCount(2).And.OnlyContain(r => Names(r).SequenceEqual(new[]
        {
            "run", "model", "epochs", "loss", "trainAccuracy", "testLoss", "testAccuracy", "bestTestAccuracy", "bestEpoch", "examplesPerSecond", "parameters",
        }));
        var last = trained.Outcome.JsonLines[^1].GetProperty("result");
        rows[0].GetProperty("testAccuracy").GetDouble().Should().Be(last.GetProperty("testAccuracy").GetDouble());
        rows[0].GetProperty("epochs").GetInt32().Should().Be(2);
        using var drawn = SKBitmap.Decode(picture);
        drawn.Width.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void What_is_no_picture_no_run_or_not_there_is_one_line()
    {
        File.WriteAllText(folder["text.png"], "not a picture");
        string[] predict = ["predict", "--weights", trained.Folder, "--device", "cpu"];
        NinProcess.Run([.. predict, folder["text.png"]]).FailedWith(1).Should().Contain("text.png cannot be used: it is not a PNG, JPEG, WebP, BMP or GIF picture.");
        NinProcess.Run([.. predict, folder["gone.png"]]).FailedWith(1).Should().Contain("gone.png does not exist; name a PNG, JPEG, WebP, GIF or BMP file.");
        NinProcess.Run(predict).FailedWith(2).Should().Contain("Required argument 'IMAGE' missing");
        byte[] whole = File.ReadAllBytes(Picture("whole.png", 300, 300));
        File.WriteAllBytes(folder["cut.png"], whole[..(whole.Length / 2)]);
        NinProcess.Run([.. predict, folder["cut.png"]]).FailedWith(1).Should().Contain("cut.png cannot be used: it is cut short.");
        NinProcess.Run("compare", folder["gone"]).FailedWith(1).Should().Contain("is not a run folder");
        NinProcess.Run("eval", "--weights", folder[""]).FailedWith(1).Should().Contain("is a folder without model.safetensors");
    }

    [Fact]
    public void A_report_is_one_page_that_needs_no_other_file()
    {
        string page = File.ReadAllText(Path.Combine(trained.Folder, "report.html"));
        page.Should().StartWith("<!DOCTYPE html>").And.EndWith("</html>\n");
        page.Should().NotContainAny("<script", "http://", "https://", "<link");
        foreach (string name in (string[])["curves.png", "confusion.png"])
            page.Should().Contain(Convert.ToBase64String(File.ReadAllBytes(Path.Combine(trained.Folder, name))), "{0} is in the page", name);
        page.Should().Contain("<td>schedule</td><td>onecycle</td>").And.Contain("Block1").And.Contain("quick28");
        // Well-formed but for its doctype and meta and img elements, which HTML leaves open.
        string xml = System.Text.RegularExpressions.Regex.Replace(page["<!DOCTYPE html>".Length..], "<(meta|img)([^>]*)>", "<$1$2/>");
        FluentActions.Invoking(() => System.Xml.Linq.XDocument.Parse(xml)).Should().NotThrow();
    }

    string Picture(string name, int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Black);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { Color = new SKColor(180, 170, 160) }) canvas.DrawOval(width / 2f, height / 3f, width / 4f, height / 5f, paint);
        using var data = bitmap.Encode(name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        File.WriteAllBytes(folder[name], data.ToArray());
        return folder[name];
    }

    string Metadata(string key) => Checkpoint.ReadMetadata(trained.Weights)[key];

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
