using SkiaSharp;

namespace Nin.Docs.Tests;

/// <summary>The pictures that the pages speak of: <c>flowers/</c> with five classes, and one to ask about.</summary>
static class Pictures
{
    static readonly string[] Classes = ["daisy", "dandelion", "rose", "sunflower", "tulip"];

    public static void Write(string folder)
    {
        for (int k = 0; k < Classes.Length; k++)
        {
            string kind = Directory.CreateDirectory(Path.Combine(folder, "flowers", Classes[k])).FullName;
            for (int i = 0; i < 8; i++) Draw(Path.Combine(kind, $"{i}.jpg"), SKColor.FromHsv(72 * k, 80, 60 + 5 * i));
        }

        foreach (string name in new[] { "photo.jpg", "unknown.jpg" }) Draw(Path.Combine(folder, name), SKColors.Crimson);
    }

    static void Draw(string path, SKColor color)
    {
        using var bitmap = new SKBitmap(80, 64);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = color };
        canvas.Clear(SKColors.White);
        canvas.DrawCircle(40, 32, 24, paint);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        File.WriteAllBytes(path, data.ToArray());
    }
}
