using SkiaSharp;

namespace Nin.Samples.Tests;

/// <summary>The sample of one's own pictures in a process of its own; without its pictures, which are fetched.</summary>
public sealed class OwnImagesTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-own-images-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_baseline_finds_the_nearest_picture()
    {
        Fill("training", SKColors.Red, SKColors.Blue);
        Fill("test", SKColors.DarkRed, SKColors.DarkBlue);
        var (code, output, error) = await SampleProgram.RunAsync("own-images", "OwnImages", "baseline", At("training"), At("test"));
        code.Should().Be(0, error);
        output.Trim().Should().Be("nearest neighbour on pixels: 100.0 % of 4 pictures");
        // With the classes exchanged, nothing is right.
        Fill("exchanged", SKColors.DarkBlue, SKColors.DarkRed);
        (await SampleProgram.RunAsync("own-images", "OwnImages", "baseline", At("training"), At("exchanged"))).Output.Should().Contain(" 0.0 % of 4 pictures");
    }

    [Fact]
    public async Task It_has_the_whole_command_line_for_its_network()
    {
        var (code, output, error) = await SampleProgram.RunAsync("own-images", "OwnImages", "summary");
        code.Should().Be(0, error);
        output.Should().Contain("Block4").And.Contain("  emoji with 1 example: ");
    }

    string At(string name) => Path.Combine(folder.FullName, name);

    void Fill(string name, params SKColor[] colors)
    {
        for (int k = 0; k < colors.Length; k++)
        {
            string of = Directory.CreateDirectory(Path.Combine(At(name), $"kind{k}")).FullName;
            for (int i = 0; i < 2; i++)
            {
                using var bitmap = new SKBitmap(20 + i, 20);
                bitmap.Erase(colors[k]);
                using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(Path.Combine(of, $"{i}.png"), data.ToArray());
            }
        }
    }
}
