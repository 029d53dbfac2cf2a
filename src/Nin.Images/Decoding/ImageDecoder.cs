using Nin.Data;
using SkiaSharp;

namespace Nin.Images;

/// <summary>
/// Decodes pictures to what a network sees before normalisation, bytes <c>[channels, height, width]</c>: turned upright, transparency laid over
/// the background, framed and resized. Training and serving prepare pictures by this code alone.
/// </summary>
/// <remarks>
/// Nothing in a file is trusted: its size in pixels is compared with what is allowed, and with what its bytes can hold, before memory is taken. Colour profiles are passed over,
/// as Pillow does. Of animations the first frame counts. An instance serves one thread, and keeps its buffers unless they are large.
/// </remarks>
sealed class ImageDecoder(Preprocessing preprocessing, long maxPixels)
{
    // Larger buffers are released after the picture that needed them.
    const int KeptBytes = 1 << 25;
    const long MaxFileBytes = 1 << 29;

    // A buffer that a stream is read into doubles from here.
    const int LeastBytes = 1 << 16;

    // What a byte of a PNG can hold: deflate packs 1,032 bytes into one, and a byte is eight black or white pixels. A byte of JPEG can hold as much
    // where components are of a sixteenth of the picture's size. (A WebP or GIF of one colour takes next to nothing.)
    const long MostPixelsPerByte = 8 * 1032;

    // JPEG and WebP are decoded at a fraction of their size, which costs less; twice the size wanted leaves the rest to the better filter.
    const double Oversampling = 2;

    readonly ImagePlanes planes = new(preprocessing);
    byte[] file = [];
    byte[] pixels = [];

    /// <summary>Bytes of a decoded picture.</summary>
    public int Length { get; } = preprocessing.Channels * preprocessing.Height * preprocessing.Width;

    /// <summary>Decodes a file.</summary>
    /// <exception cref="BrokenImageException">It is not a picture that can be used, or cannot be read; the message has no path.</exception>
    public void Decode(string path, Span<byte> destination)
    {
        int length;
        try
        {
            using var handle = File.OpenHandle(path);
            long total = RandomAccess.GetLength(handle);
            if (total > MaxFileBytes) throw TooLong($"{total:N0} bytes");
            file = Grown(file, (int)total);
            length = 0;
            for (int read; length < total && (read = RandomAccess.Read(handle, file.AsSpan(length, (int)total - length), length)) > 0;) length += read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenImageException($"it cannot be read ({e.Message.ReplaceLineEndings(" ")})", e);
        }

        DecodeFile(length, destination);
    }

    /// <summary>Decodes an encoded picture that a stream holds, from its current position to its end.</summary>
    /// <exception cref="BrokenImageException">It is not a picture that can be used.</exception>
    public void Decode(Stream stream, Span<byte> destination)
    {
        int length = 0;
        while (true)
        {
            if (length == file.Length) Array.Resize(ref file, Math.Max(2 * length, LeastBytes));
            int read = stream.Read(file, length, file.Length - length);
            if (read == 0) break;
            length += read;
            if (length > MaxFileBytes) throw TooLong("more bytes");
        }

        DecodeFile(length, destination);
    }

    void DecodeFile(int length, Span<byte> destination)
    {
        Decode(file.AsSpan(0, length), destination);
        if (file.Length > KeptBytes) file = [];
    }

    static BrokenImageException TooLong(string what) => new($"it has {what}; {MaxFileBytes:N0} are the most");

    /// <summary>Decodes an encoded picture.</summary>
    /// <exception cref="BrokenImageException">It is not a picture that can be used.</exception>
    public unsafe void Decode(ReadOnlySpan<byte> encoded, Span<byte> destination)
    {
        if (encoded.IsEmpty) throw new BrokenImageException("it is empty");
        fixed (byte* first = encoded)
        {
            using var data = SKData.Create((IntPtr)first, encoded.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null || !IsSupported(codec.EncodedFormat)) throw new BrokenImageException("it is not a PNG, JPEG, WebP, BMP or GIF picture");
            Decode(codec, encoded.Length, destination);
        }

        if (pixels.Length > KeptBytes) pixels = [];
    }

    unsafe void Decode(SKCodec codec, int fileBytes, Span<byte> destination)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > maxPixels)
            throw new BrokenImageException($"it has {width} x {height} pixels, more than the {maxPixels:N0} that are decoded; make it smaller or raise MaxPixels");
        if (codec.EncodedFormat is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg && (long)width * height > MostPixelsPerByte * fileBytes)
            throw new BrokenImageException($"it is cut short: {fileBytes:N0} bytes cannot hold the {width} x {height} pixels that it claims");

        var orientation = Orientation.Of(codec.EncodedOrigin);
        var (inputWidth, inputHeight) = orientation.Transposes ? (preprocessing.Height, preprocessing.Width) : (preprocessing.Width, preprocessing.Height);
        double scale = Oversampling * Framing.Scale(preprocessing.Resize, width, height, inputWidth, inputHeight);
        var size = scale < 1 ? codec.GetScaledDimensions((float)scale) : codec.Info.Size;
        if (size.Width > BilinearResize.MaxSide || size.Height > BilinearResize.MaxSide)
            throw new BrokenImageException($"it has {width} x {height} pixels; a side of {BilinearResize.MaxSide:N0} is the longest");

        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (info.BytesSize64 > Array.MaxLength) throw new BrokenImageException($"it has {width} x {height} pixels, more than an array holds");
        pixels = Grown(pixels, info.BytesSize);
        SKCodecResult result;
        fixed (byte* target = pixels) result = codec.GetPixels(info, (IntPtr)target);
        if (result != SKCodecResult.Success)
            throw new BrokenImageException(result == SKCodecResult.IncompleteInput ? "it is cut short" : $"it is damaged ({result})");

        var framing = Framing.Of(preprocessing.Resize, size.Width, size.Height, inputWidth, inputHeight);
        planes.Write(pixels.AsSpan(0, info.BytesSize), size.Width, framing, orientation, destination);
    }

    static bool IsSupported(SKEncodedImageFormat format) => format is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg
        or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;

    static byte[] Grown(byte[] buffer, int length) => buffer.Length >= length ? buffer : GC.AllocateUninitializedArray<byte>(length);
}

/// <summary>A picture that cannot be used; the message goes on from the picture's name: "it is cut short".</summary>
sealed class BrokenImageException(string message, Exception? inner = null) : Exception(message, inner);
