using Nin.Ops;

namespace Nin.Data;

/// <summary>
/// Ten classes of noisy textures that need no files: patterns (rows, columns, diagonals, checks, rings), each coarse and fine. A class is
/// recognised by its texture, not by a position, so that a network that ends in global average pooling can learn it; phase, contrast and noise vary.
/// Meant for images of 8 x 8 or more; smaller ones work, but do not hold a whole period.
/// </summary>
public static class SyntheticDataset
{
    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    /// <summary>The ten classes, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    [
        "fine rows", "fine columns", "fine diagonals", "fine checks", "fine rings",
        "coarse rows", "coarse columns", "coarse diagonals", "coarse checks", "coarse rings",
    ];

    /// <summary>Makes the data set; image i is the same whatever the count. Labels cycle: image i has label i modulo 10.</summary>
    /// <param name="count">Images.</param>
    /// <param name="channels">Channels, all with the same texture, each with its own noise.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="seed">Two seeds give two samples of the same ten classes: one to train, one to test.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the pixels exceed an array.</exception>
    public static ImageDataset Create(int count, int channels, int height, int width, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        UInt128 length = (UInt128)count * (UInt128)channels * (UInt128)height * (UInt128)width;
        if (length > (UInt128)Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"{length} pixels are more than an array holds ({Array.MaxLength}); ask for fewer images.");

        byte[] pixels = new byte[(int)length];
        int[] labels = new int[count];
        float[] texture = new float[height * width];
        int imageLength = channels * texture.Length;
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % Classes;
            DrawTexture(texture, width, labels[i], Philox4x32.Block(seed, RandomPurpose.SyntheticData, 0, (uint)i, 0));
            AddNoise(texture, pixels.AsSpan(i * imageLength, imageLength), seed, (uint)i);
        }

        return new ImageDataset(pixels, labels, channels, height, width, ClassNames);
    }

    // In units of a byte, around mid-grey.
    static void DrawTexture(Span<float> texture, int width, int label, PhiloxBlock bits)
    {
        int height = texture.Length / width;
        float fine = Math.Max(2, Math.Min(height, width) / 8f);
        float wave = 2 * MathF.PI / (label < 5 ? fine : 2.5f * fine);
        float phaseY = 2 * MathF.PI * Philox4x32.ToUnit(bits.X0);
        float phaseX = 2 * MathF.PI * Philox4x32.ToUnit(bits.X1);
        float contrast = 60 + 40 * Philox4x32.ToUnit(bits.X2);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float radius = MathF.Sqrt(Square(y - height / 2f) + Square(x - width / 2f));
                float value = (label % 5) switch
                {
                    0 => MathF.Sin(wave * y + phaseY),
                    1 => MathF.Sin(wave * x + phaseX),
                    2 => MathF.Sin(wave * 0.7071f * (x + y) + phaseX),
                    3 => MathF.Sin(wave * y + phaseY) * MathF.Sin(wave * x + phaseX) * 1.4f,
                    _ => MathF.Sin(wave * radius + phaseY),
                };
                texture[y * width + x] = 128 + contrast * value;
            }
        }
    }

    // One byte of noise per pixel: one block of Philox serves sixteen.
    static void AddNoise(ReadOnlySpan<float> texture, Span<byte> pixels, ulong seed, uint image)
    {
        PhiloxBlock bits = default;
        for (int p = 0; p < pixels.Length; p++)
        {
            if (p % 16 == 0)
                bits = Philox4x32.Block(seed, RandomPurpose.SyntheticData, 1, image, (uint)(p / 16));
            uint word = (p / 4 % 4) switch { 0 => bits.X0, 1 => bits.X1, 2 => bits.X2, _ => bits.X3 };
            float noise = (word >> (p % 4 * 8) & 255) / 255f - 0.5f;
            pixels[p] = (byte)Math.Clamp(texture[p % texture.Length] + 50 * noise, 0, 255);
        }
    }

    static float Square(float x) => x * x;
}
