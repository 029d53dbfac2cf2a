using SkiaSharp;

namespace Nin.Benchmarks.Loading;

/// <summary>A folder of JPEG files as cameras and web sites have them, drawn: two classes, of one size, deleted in the end.</summary>
sealed class DrawnPhotos : IDisposable
{
    const int Shapes = 60, Quality = 85, Classes = 2;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-photos-");

    public DrawnPhotos(int count, int width, int height)
    {
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            string file = Path.Combine(folder.CreateSubdirectory($"class{i % Classes}").FullName, $"{i}.jpg");
            File.WriteAllBytes(file, Draw(random, width, height));
        }
    }

    /// <summary>The folder of the classes.</summary>
    public string Folder => folder.FullName;

    public void Dispose() => folder.Delete(recursive: true);

    static byte[] Draw(Random random, int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Colour(random));
        for (int i = 0; i < Shapes; i++)
        {
            using var paint = new SKPaint { Color = Colour(random), IsAntialias = true };
            canvas.DrawCircle(random.Next(width), random.Next(height), random.Next(width / 100 + 1, width / 6), paint);
        }

        canvas.Flush();
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    static SKColor Colour(Random random) => new((uint)random.Next(1 << 24) | 0xFF000000);
}
