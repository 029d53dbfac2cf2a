using Nin.Data;
using SkiaSharp;

namespace Nin.Images;

/// <summary>Which rectangle of a picture is resized to which rectangle of the network's input.</summary>
/// <param name="Source">Pixels of the picture that are read.</param>
/// <param name="Target">Pixels of the input that they become; the rest is background.</param>
readonly record struct Framing(SKRectI Source, SKRectI Target)
{
    /// <summary>Frames a picture of <paramref name="width"/> x <paramref name="height"/> pixels for an input.</summary>
    public static Framing Of(ResizeRule rule, int width, int height, int inputWidth, int inputHeight)
    {
        var (whole, input) = (SKRectI.Create(width, height), SKRectI.Create(inputWidth, inputHeight));
        double x = (double)inputWidth / width, y = (double)inputHeight / height;
        return rule switch
        {
            ResizeRule.Stretch => new(whole, input),
            ResizeRule.CenterCrop => new(Center(whole, inputWidth / Math.Max(x, y), inputHeight / Math.Max(x, y)), input),
            ResizeRule.Pad => new(whole, Center(input, width * Math.Min(x, y), height * Math.Min(x, y))),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "Unknown resize rule; use Stretch, CenterCrop or Pad."),
        };
    }

    /// <summary>The factor by which a picture is resized: the larger one of both sides.</summary>
    public static double Scale(ResizeRule rule, int width, int height, int inputWidth, int inputHeight)
    {
        double x = (double)inputWidth / width, y = (double)inputHeight / height;
        return rule == ResizeRule.Pad ? Math.Min(x, y) : Math.Max(x, y);
    }

    static SKRectI Center(SKRectI within, double width, double height)
    {
        int w = Math.Clamp((int)Math.Round(width), 1, within.Width), h = Math.Clamp((int)Math.Round(height), 1, within.Height);
        return SKRectI.Create((within.Width - w) / 2, (within.Height - h) / 2, w, h);
    }
}

/// <summary>How a picture that was stored rotated or mirrored is turned upright: first rows and columns change places, then they are mirrored.</summary>
/// <param name="Transposes">Rows become columns.</param>
/// <param name="MirrorsRows">What is at the top goes to the bottom.</param>
/// <param name="MirrorsColumns">What is at the left goes to the right.</param>
readonly record struct Orientation(bool Transposes, bool MirrorsRows, bool MirrorsColumns)
{
    /// <summary>From the value of EXIF's tag 274: where the first row and the first column of what is stored belong.</summary>
    public static Orientation Of(SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => new(false, false, true),
        SKEncodedOrigin.BottomRight => new(false, true, true),
        SKEncodedOrigin.BottomLeft => new(false, true, false),
        SKEncodedOrigin.LeftTop => new(true, false, false),
        SKEncodedOrigin.RightTop => new(true, false, true),
        SKEncodedOrigin.RightBottom => new(true, true, true),
        SKEncodedOrigin.LeftBottom => new(true, true, false),
        _ => default,
    };

    /// <summary>Turns a plane upright.</summary>
    /// <param name="stored"><c>[height, width]</c>, or <c>[width, height]</c> where rows become columns.</param>
    /// <param name="upright"><c>[height, width]</c>.</param>
    /// <param name="width">Columns of the upright plane.</param>
    public void Apply(ReadOnlySpan<byte> stored, Span<byte> upright, int width)
    {
        int height = upright.Length / width;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int y = MirrorsRows ? height - 1 - row : row, x = MirrorsColumns ? width - 1 - column : column;
                upright[row * width + column] = Transposes ? stored[x * height + y] : stored[y * width + x];
            }
        }
    }
}
