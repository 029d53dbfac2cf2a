using System.Globalization;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace Nin.Samples.Tests;

/// <summary>The sample of several labels in a process of its own, on kinds that colours tell apart.</summary>
public sealed class MultiLabelTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-multi-label-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task It_learns_which_kinds_are_in_a_mosaic()
    {
        for (int kind = 0; kind < 9; kind++) Fill(kind, SKColor.FromHsv(40 * kind, 100, 100));
        var (code, output, error) = await SampleProgram.RunAsync("multi-label", "MultiLabel", folder.FullName, folder.FullName, "60");
        code.Should().Be(0, error);
        double[] scores = [.. Regex.Matches(output, @"F1 (\d\.\d+)").Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        scores.Should().HaveCount(2, output);
        scores[0].Should().BeGreaterThan(0.8, output).And.BeGreaterThan(scores[1], output);
    }

    [Fact]
    public async Task Another_number_of_kinds_is_one_line()
    {
        for (int kind = 0; kind < 2; kind++) Fill(kind, SKColors.Red);
        var (code, _, error) = await SampleProgram.RunAsync("multi-label", "MultiLabel", folder.FullName, folder.FullName);
        code.Should().Be(2);
        error.TrimEnd().Should().StartWith("multi-label: ").And.Contain("has 2 kinds").And.NotContain("\n");
    }

    void Fill(int kind, SKColor color)
    {
        string path = Directory.CreateDirectory(Path.Combine(folder.FullName, $"kind{kind}")).FullName;
        for (int i = 0; i < 2; i++)
        {
            using var bitmap = new SKBitmap(32, 32);
            bitmap.Erase(color);
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(path, $"{i}.png"), data.ToArray());
        }
    }
}
