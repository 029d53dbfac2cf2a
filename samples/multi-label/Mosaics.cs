using Nin.Data;

namespace Nin.Samples;

/// <summary>Pictures of a folder in mosaics of two by two, and which kinds each has.</summary>
/// <param name="pictures">The pictures, of <see cref="Tile"/> x <see cref="Tile"/> pixels.</param>
/// <param name="seed">Which mosaics.</param>
sealed class Mosaics(ImageDataset pictures, int seed)
{
    /// <summary>Rows and columns of a picture, and of a mosaic.</summary>
    public const int Tile = 32, Side = 2 * Tile;

    const int Channels = 3;

    readonly Random random = new(seed);

    /// <summary>Makes as many as fit: pixels about 0, [n, 3, 64, 64], and for each kind 1 where one is there, [n, kinds].</summary>
    public void Fill(Span<float> pixels, Span<float> kinds)
    {
        int count = pixels.Length / (Channels * Side * Side), classes = pictures.ClassNames.Count;
        kinds.Clear();
        for (int n = 0; n < count; n++)
        {
            for (int place = 0; place < 4; place++)
            {
                int picture = random.Next(pictures.Count);
                kinds[n * classes + pictures.Labels[picture]] = 1;
                Place(pictures.Image(picture), pixels.Slice(n * Channels * Side * Side, Channels * Side * Side), Tile * (place / 2), Tile * (place % 2));
            }
        }
    }

    // [channels, rows, columns] into the same, with its upper left corner at (y, x).
    static void Place(ReadOnlySpan<byte> picture, Span<float> mosaic, int y, int x)
    {
        for (int c = 0; c < Channels; c++)
        {
            for (int row = 0; row < Tile; row++)
            {
                for (int column = 0; column < Tile; column++)
                    mosaic[(c * Side + y + row) * Side + x + column] = (picture[(c * Tile + row) * Tile + column] - 128) / 64f;
            }
        }
    }
}
