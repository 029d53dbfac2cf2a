using Nin.Data;
using SkiaSharp;

namespace Nin.App.Pictures;

/// <summary>A picture from a file, upright, over the background, and the part of it that a network is shown.</summary>
sealed class Picture : IDisposable
{
    static readonly SKSamplingOptions Smooth = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    readonly SKBitmap bitmap;

    Picture(SKBitmap bitmap) => this.bitmap = bitmap;

    public int Width => bitmap.Width;

    public int Height => bitmap.Height;

    /// <summary>Decodes a file in full; <see cref="PictureInput"/> has found that it is one, and not too large.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Picture Open(string path, byte background)
    {
        using var data = SKData.Create(path) ?? throw new IOException($"{path} cannot be read; check that it may be.");
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException($"{path} is not a picture; name a PNG, JPEG, WebP, GIF or BMP file.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        using var stored = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(stored.Info, stored.GetPixels()) != SKCodecResult.Success)
            throw new InvalidDataException($"{path} is damaged: not all of its pixels can be decoded. Save it again.");
        return new Picture(Upright(stored, codec.EncodedOrigin, background));
    }

    /// <summary>Draws a map over the part that the network was shown: the stronger a place, the more of its colour.</summary>
    /// <returns>A PNG file.</returns>
    public byte[] Overlay(Preprocessing preprocessing, ClassActivationMap map)
    {
        const int least = 320;
        float scale = Math.Max(1, (float)least / Math.Min(Width, Height));
        using var surface = SKSurface.Create(new SKImageInfo((int)(Width * scale), (int)(Height * scale), SKColorType.Rgba8888, SKAlphaType.Premul));
        var canvas = surface.Canvas;
        canvas.Scale(scale);
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, 0, 0, Smooth);
        using var heat = SKImage.FromBitmap(HeatMap.Of(map));
        var (from, to) = Frame(preprocessing);
        // The map covers the input: where a picture was padded it extends beyond the picture, and is cut off.
        float sx = from.Width / to.Width, sy = from.Height / to.Height;
        var input = SKRect.Create(from.Left - to.Left * sx, from.Top - to.Top * sy, preprocessing.Width * sx, preprocessing.Height * sy);
        canvas.DrawImage(heat, input, new SKSamplingOptions(SKCubicResampler.Mitchell));
        using var png = surface.Snapshot().Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose() => bitmap.Dispose();

    /// <summary>The part of the picture that is shown, and where it is in the input.</summary>
    (SKRect From, SKRect To) Frame(Preprocessing p)
    {
        float wide = (float)p.Width / Width, high = (float)p.Height / Height;
        SKRect all = new(0, 0, Width, Height), input = new(0, 0, p.Width, p.Height);
        switch (p.Resize)
        {
            case ResizeRule.CenterCrop:
                float cover = Math.Max(wide, high);
                return (Centred(Width, Height, p.Width / cover, p.Height / cover), input);
            case ResizeRule.Pad:
                float fit = Math.Min(wide, high);
                return (all, Centred(p.Width, p.Height, Width * fit, Height * fit));
            default:
                return (all, input);
        }
    }

    static SKRect Centred(float outerWidth, float outerHeight, float width, float height) =>
        SKRect.Create((outerWidth - width) / 2, (outerHeight - height) / 2, width, height);

    static SKColor Grey(byte level) => new(level, level, level);

    // Cameras store pictures as the sensor lies, and how to turn them (EXIF).
    static SKBitmap Upright(SKBitmap stored, SKEncodedOrigin origin, byte background)
    {
        float w = stored.Width, h = stored.Height;
        SKMatrix turn = origin switch
        {
            SKEncodedOrigin.TopRight => new(-1, 0, w, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new(-1, 0, w, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new(1, 0, 0, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new(0, -1, h, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new(0, -1, h, -1, 0, w, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new(0, 1, 0, -1, 0, w, 0, 0, 1),
            _ => SKMatrix.Identity,
        };
        bool lies = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = new SKBitmap(new SKImageInfo((int)(lies ? h : w), (int)(lies ? w : h), SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(upright);
        canvas.Clear(Grey(background));
        canvas.SetMatrix(turn);
        using var image = SKImage.FromBitmap(stored);
        canvas.DrawImage(image, 0, 0, new SKSamplingOptions(SKFilterMode.Nearest));
        return upright;
    }
}
