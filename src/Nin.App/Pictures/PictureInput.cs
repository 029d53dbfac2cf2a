using Nin.Data;
using Nin.Images;

namespace Nin.App.Pictures;

/// <summary>A file of a picture as a network's input, by the code that prepares the pictures of training.</summary>
static class PictureInput
{
    /// <summary>100 million pixels take 400 MB.</summary>
    public const long MostPixels = 100_000_000;

    /// <summary><c>[channels, height, width]</c>, normalised.</summary>
    /// <exception cref="InvalidDataException">It is not a picture, damaged, or too large.</exception>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static float[] Read(string path, Preprocessing preprocessing)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} does not exist; name a PNG, JPEG, WebP, GIF or BMP file.");
        var decoder = new ImageDecoder(preprocessing, MostPixels);
        var pixels = new byte[decoder.Length];
        try
        {
            decoder.Decode(path, pixels);
        }
        catch (BrokenImageException exception)
        {
            throw new InvalidDataException($"{path} cannot be used: {exception.Message}. Name another PNG, JPEG, WebP, GIF or BMP file.", exception);
        }

        var input = new float[pixels.Length];
        preprocessing.Normalize(pixels, input);
        return input;
    }
}
