#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
#:property PublishAot=false
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkiaSharp;

// dotnet run docs/pictures/Draw.cs -- error OUT.png            builds a wrong network and draws what the compiler says where it says it
// dotnet run docs/pictures/Draw.cs -- image IDX N OUT.png      writes image N of an IDX file of 28 x 28 grey images
// dotnet run docs/pictures/Draw.cs -- beside A.png B.png OUT   puts two pictures side by side, enlarged to 300 pixels
// dotnet run docs/pictures/Draw.cs -- shrink IN.png OUT.png    scales to 720 pixels of width
switch (args)
{
    case ["error", var path]: BuildError.Draw(path); return 0;
    case ["image", var idx, var number, var path]: WriteImage(idx, int.Parse(number), path); return 0;
    case ["beside", var left, var right, var path]: Beside(left, right, path); return 0;
    case ["shrink", var from, var to]: Shrink(from, to); return 0;
    default: Console.Error.WriteLine("error OUT, image IDX N OUT, beside A B OUT, or shrink IN OUT"); return 2;
}

static void WriteImage(string idx, int number, string path)
{
    const int Header = 16, Side = 28;
    byte[] all = File.ReadAllBytes(idx);
    using var bitmap = new SKBitmap(Side, Side);
    for (int y = 0; y < Side; y++)
    {
        for (int x = 0; x < Side; x++)
        {
            byte v = all[Header + Side * Side * number + Side * y + x];
            bitmap.SetPixel(x, y, new SKColor(v, v, v));
        }
    }

    Files.Save(bitmap, path);
}

static void Beside(string left, string right, string path)
{
    const int Side = 300, Gap = 12;
    using var bitmap = new SKBitmap(2 * Side + Gap, Side);
    using var canvas = new SKCanvas(bitmap);
    canvas.Clear(SKColors.White);
    int x = 0;
    foreach (string file in new[] { left, right })
    {
        using var one = SKImage.FromEncodedData(file);
        canvas.DrawImage(one, SKRect.Create(x, 0, Side, Side), new SKSamplingOptions(SKFilterMode.Nearest));
        x += Side + Gap;
    }

    Files.Save(bitmap, path);
}

static void Shrink(string from, string to)
{
    using var image = SKBitmap.Decode(from);
    int width = Math.Min(720, image.Width);
    using var small = image.Resize(new SKImageInfo(width, image.Height * width / image.Width), new SKSamplingOptions(SKCubicResampler.Mitchell));
    Files.Save(small, to);
}

static class Files
{
    public static void Save(SKBitmap bitmap, string path)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}

/// <summary>A network whose second block has a window that does not fit, as an editor shows it: text, underline and message are the compiler's.</summary>
static partial class BuildError
{
    const string Source = """
        using Nin;

        [Network(1, 224, 224, Classes = 10)]
        [NinBlock(96, Kernel = 11, Stride = 4)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock(256, Kernel = 31)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
        [GlobalAvgPool2d]
        [Flatten]
        public sealed partial class BookNin;
        """;

    const float Left = 64, Top = 22, LineHeight = 25, Size = 16;

    public static void Draw(string path)
    {
        var (line, column, endColumn, id, message) = Compile();
        string[] lines = Source.Split('\n');
        using var face = SKTypeface.FromFile("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
            ?? throw new FileNotFoundException("The picture is drawn with DejaVu Sans Mono: apt-get install fonts-dejavu-core.");
        using var font = new SKFont(face, Size);
        float glyph = font.MeasureText("x");
        string[] said = Wrap($"error {id}: {message}", 84);
        float after = LineHeight * (said.Length + 1);
        using var bitmap = new SKBitmap(940, (int)(Top + LineHeight * lines.Length + after + 16));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(0x1e, 0x1e, 0x1e));
        float y = Top;
        for (int i = 0; i < lines.Length; i++)
        {
            Text(canvas, font, $"{i + 1,3}", 14, y + Size, new SKColor(0x85, 0x85, 0x85));
            foreach (Match token in Token().Matches(lines[i])) Text(canvas, font, token.Value, Left + glyph * token.Index, y + Size, ColorOf(token));
            if (i + 1 == line)
            {
                Underline(canvas, Left + glyph * (column - 1), Left + glyph * (endColumn - 1), y + Size + 5);
                Box(canvas, font, said, Left, y + LineHeight + 6);
                y += after;
            }

            y += LineHeight;
        }

        Files.Save(bitmap, path);
    }

    static void Text(SKCanvas canvas, SKFont font, string text, float x, float y, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
    }

    static void Underline(SKCanvas canvas, float from, float to, float y)
    {
        using var paint = new SKPaint { Color = new SKColor(0xf1, 0x4c, 0x4c), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.6f };
        using var builder = new SKPathBuilder();
        builder.MoveTo(from, y);
        bool up = true;
        for (float x = from + 3; x <= to; x += 3, up = !up) builder.LineTo(x, up ? y - 3 : y);
        using var path = builder.Detach();
        canvas.DrawPath(path, paint);
    }

    static void Box(SKCanvas canvas, SKFont font, string[] lines, float x, float y)
    {
        var box = SKRect.Create(x, y, 940 - x - 20, LineHeight * lines.Length + 10);
        using var fill = new SKPaint { Color = new SKColor(0x2d, 0x2d, 0x30) };
        using var edge = new SKPaint { Color = new SKColor(0xf1, 0x4c, 0x4c), Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        canvas.DrawRect(box, fill);
        canvas.DrawRect(box, edge);
        for (int i = 0; i < lines.Length; i++) Text(canvas, font, lines[i], x + 10, y + 4 + Size + LineHeight * i, new SKColor(0xe8, 0xe8, 0xe8));
    }

    static SKColor ColorOf(Match token) => token switch
    {
        { Groups: var g } when g["word"].Success => new SKColor(0x56, 0x9c, 0xd6),
        { Groups: var g } when g["type"].Success => new SKColor(0x4e, 0xc9, 0xb0),
        { Groups: var g } when g["number"].Success => new SKColor(0xb5, 0xce, 0xa8),
        _ => new SKColor(0xd4, 0xd4, 0xd4),
    };

    static string[] Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length + word.Length >= width) lines.Add("");
            lines[^1] = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
        }

        return [.. lines];
    }

    /// <summary>What the compiler says of <see cref="Source"/> and on which columns, from its own log.</summary>
    static (int Line, int Column, int EndColumn, string Id, string Message) Compile()
    {
        string src = Path.Combine(Environment.CurrentDirectory, "src");
        string folder = Directory.CreateTempSubdirectory("nin-picture-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "BookNin.cs"), Source);
            File.WriteAllText(Path.Combine(folder, "Demo.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <ErrorLog>errors.sarif,version=2.1</ErrorLog>
                  </PropertyGroup>
                  <ItemGroup>
                    <ProjectReference Include="{src}/Nin.Model/Nin.Model.csproj" />
                    <ProjectReference Include="{src}/Nin.Generators/Nin.Generators.csproj" OutputItemType="Analyzer" ReferenceOutputAssembly="false" />
                  </ItemGroup>
                </Project>
                """);
            using (var build = Process.Start(new ProcessStartInfo("dotnet", ["build", "-c", "Release", folder]) { RedirectStandardOutput = true })!)
            {
                build.StandardOutput.ReadToEnd();
                build.WaitForExit();
            }

            using var log = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "errors.sarif")));
            var error = log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Single(r => r.GetProperty("level").GetString() == "error");
            var region = error.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
            return (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32(), region.GetProperty("endColumn").GetInt32(),
                error.GetProperty("ruleId").GetString()!, error.GetProperty("message").GetProperty("text").GetString()!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"(?<word>\b(using|public|sealed|partial|class|false|true)\b)|(?<number>\b\d+\b)|(?<type>(?<=\[)\w+|(?<=class )\w+)|\w+|[^\w\s]")]
    private static partial Regex Token();
}
