using System.Buffers.Binary;
using SkiaSharp;

namespace Nin.Images.Tests;

/// <summary>Encoded pictures, sound ones and others.</summary>
static class Pictures
{
    public static readonly SKColor Red = new(255, 0, 0), Green = new(0, 255, 0), Blue = new(0, 0, 255), Grey = new(90, 90, 90);

    public static byte[] Encode(int width, int height, Func<int, int, SKColor> pixel, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, pixel(x, y));
        }

        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>One colour on each quarter.</summary>
    public static Func<int, int, SKColor> Quarters(int width, int height, SKColor topLeft, SKColor topRight, SKColor bottomLeft, SKColor bottomRight) =>
        (x, y) => 2 * y < height ? (2 * x < width ? topLeft : topRight) : 2 * x < width ? bottomLeft : bottomRight;

    /// <summary>A picture that differs with its number.</summary>
    public static byte[] Numbered(int number, int width = 20, int height = 16, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Encode(width, height, (x, y) => new SKColor((byte)(37 * number + 5 * x), (byte)(101 * number + 3 * y), (byte)(x * y + number)), format);

    /// <summary>A grey PNG of one channel.</summary>
    public static byte[] GreyPng(int width, int height, byte level)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(level, level, level));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Puts an EXIF segment with tag 274 after the start of a JPEG.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
            orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>A PNG of a few bytes that claims that many pixels.</summary>
    public static byte[] PngThatClaims(int width, int height)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 6);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header), .. Chunk("IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]), .. Chunk("IEND", [])];
    }

    /// <summary>A white square PNG of one bit a pixel, packed as small as it goes.</summary>
    public static byte[] WhitePng(int side)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        (header[8], header[9]) = (1, 0);
        byte[] row = new byte[1 + (side + 7) / 8];
        row.AsSpan(1).Fill(255);
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.SmallestSize))
        {
            for (int y = 0; y < side; y++) zlib.Write(row);
        }

        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A BMP of 24 bits, 2 x 2: red, green / blue, grey.</summary>
    public static byte[] Bmp() =>
    [
        (byte)'B', (byte)'M', 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 90, 90, 90, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0,
    ];

    /// <summary>A GIF of one pixel, which is red.</summary>
    public static byte[] Gif() =>
    [
        (byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'9', (byte)'a', 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ];

    static byte[] Chunk(string type, byte[] content)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
        byte[] length = new byte[4], check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        uint crc = uint.MaxValue;
        foreach (byte value in body)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        BinaryPrimitives.WriteUInt32BigEndian(check, ~crc);
        return [.. length, .. body, .. check];
    }
}

/// <summary>A folder of pictures for one test, and one for its cache.</summary>
sealed class PictureFolder : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("nin-images-").FullName;

    public PictureFolder() => Directory.CreateDirectory(Path);

    public string Path => System.IO.Path.Combine(root, "pictures");

    public string Cache => System.IO.Path.Combine(root, "cache");

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public ImageFolderOptions Options => new() { CacheFolder = Cache };

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>Classes a, b, c of 10, 5 and 2 pictures.</summary>
    public PictureFolder WithThreeClasses()
    {
        int number = 0;
        foreach (var (name, count) in new[] { ("a", 10), ("b", 5), ("c", 2) })
        {
            for (int i = 0; i < count; i++) Write($"{name}/{i}.png", Pictures.Numbered(number++));
        }

        return this;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
