using SkiaSharp;

namespace Nin.App.Pictures;

/// <summary>A class activation map as a picture: from clear through yellow to red. What speaks against the class is clear.</summary>
static class HeatMap
{
    const byte Opacity = 190;

    /// <summary>One pixel per place.</summary>
    public static SKBitmap Of(ClassActivationMap map)
    {
        float most = map.Values.Max();
        var bitmap = new SKBitmap(new SKImageInfo(map.Width, map.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < map.Values.Count; i++)
        {
            float share = most > 0 ? Math.Clamp(map.Values[i] / most, 0, 1) : 0;
            bitmap.SetPixel(i % map.Width, i / map.Width, new SKColor(255, (byte)(230 * (1 - share)), 0, (byte)(Opacity * share)));
        }

        return bitmap;
    }
}
