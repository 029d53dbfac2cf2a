using Nin.Data;
using SkiaSharp;

namespace Nin.Images;

/// <summary>Resizes decoded pixels, RGBA with straight alpha, to planes of bytes.</summary>
/// <remarks>
/// Resizing is <see cref="BilinearResize"/>, as torchvision's of a PIL image, in floats that are rounded once. Grey of colours is ITU-R 601's, as Pillow's
/// mode L. It keeps its buffers, and the weights of the last size met.
/// </remarks>
sealed class ImagePlanes(Preprocessing preprocessing)
{
    const int KeptFloats = 1 << 23;

    readonly byte[] stored = new byte[preprocessing.Height * preprocessing.Width];
    readonly float[] resized = new float[preprocessing.Height * preprocessing.Width];
    float[] plane = [];
    BilinearResize? resize;
    (int Height, int Width, int OutHeight, int OutWidth) resizes;

    /// <summary>Writes a picture's planes.</summary>
    /// <param name="rgba">Its pixels, as they were stored.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="framing">What of it goes where, as it was stored.</param>
    /// <param name="orientation">How it is turned upright then.</param>
    /// <param name="destination"><c>[channels, height, width]</c>.</param>
    public void Write(ReadOnlySpan<byte> rgba, int width, in Framing framing, Orientation orientation, Span<byte> destination)
    {
        var (source, target) = (framing.Source, framing.Target);
        int length = source.Width * source.Height;
        if (plane.Length < length) plane = GC.AllocateUninitializedArray<float>(length);
        for (int c = 0; c < preprocessing.Channels; c++)
        {
            for (int y = 0; y < source.Height; y++)
            {
                var row = rgba.Slice(4 * ((source.Top + y) * width + source.Left), 4 * source.Width);
                Blend(row, c, plane.AsSpan(y * source.Width, source.Width));
            }

            var result = Resize(plane.AsSpan(0, length), source.Height, source.Width, target.Height, target.Width);
            Place(result, target, orientation.Transposes ? preprocessing.Height : preprocessing.Width);
            orientation.Apply(stored, destination.Slice(c * stored.Length, stored.Length), preprocessing.Width);
        }

        if (plane.Length > KeptFloats) (plane, resize) = ([], null);
    }

    // Opaque pixels stay whole numbers: 255 v + 0 divided by 255 is v.
    void Blend(ReadOnlySpan<byte> row, int channel, Span<float> output)
    {
        float background = preprocessing.Background;
        bool grey = preprocessing.Channels == 1;
        for (int x = 0; x < output.Length; x++)
        {
            var pixel = row.Slice(4 * x, 4);
            float value = grey ? Grey(pixel[0], pixel[1], pixel[2]) : pixel[channel];
            int alpha = pixel[3];
            output[x] = alpha == 255 ? value : (value * alpha + background * (255 - alpha)) / 255;
        }
    }

    static float Grey(int red, int green, int blue) => (299 * red + 587 * green + 114 * blue) / 1000f;

    ReadOnlySpan<float> Resize(ReadOnlySpan<float> from, int height, int width, int outHeight, int outWidth)
    {
        if ((height, width) == (outHeight, outWidth)) return from;
        if (resize is null || resizes != (height, width, outHeight, outWidth))
            (resize, resizes) = (new BilinearResize(height, width, outHeight, outWidth), (height, width, outHeight, outWidth));
        var to = resized.AsSpan(0, outHeight * outWidth);
        resize.Apply(from, to);
        return to;
    }

    // The rows of a picture that is stored rotated by 90 degrees are as long as the input is high.
    void Place(ReadOnlySpan<float> result, SKRectI target, int rowLength)
    {
        if (result.Length < stored.Length) stored.AsSpan().Fill(preprocessing.Background);
        for (int y = 0; y < target.Height; y++)
        {
            var row = stored.AsSpan((target.Top + y) * rowLength + target.Left, target.Width);
            for (int x = 0; x < row.Length; x++) row[x] = (byte)(Math.Clamp(result[y * target.Width + x], 0, 255) + 0.5f);
        }
    }
}
