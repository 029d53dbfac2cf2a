namespace Nin.Data;

/// <summary>
/// Where the images of an <see cref="ImageDataset"/> are: a program's own may read them from a database or a mapped file, so that they need not fit
/// into memory. Loading threads ask at the same time.
/// </summary>
public interface IImageSource
{
    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>One image's bytes, <c>[channels, height, width]</c>, the same each time it is asked for.</summary>
    /// <param name="index">From 0; the data set has checked it.</param>
    /// <exception cref="IOException">It cannot be read; training stops with this.</exception>
    ReadOnlySpan<byte> Image(int index);
}

/// <summary>Images in memory in one piece.</summary>
sealed class MemoryImages(ReadOnlyMemory<byte> pixels, int imageLength) : IImageSource
{
    public int Count => pixels.Length / imageLength;

    public ReadOnlySpan<byte> Pixels => pixels.Span;

    public ReadOnlySpan<byte> Image(int index) => pixels.Span.Slice(index * imageLength, imageLength);

    public ReadOnlyMemory<byte> Take(int count) => pixels[..(count * imageLength)];
}

/// <summary>Some images of another source.</summary>
sealed class SubsetImages(IImageSource source, int[] indices) : IImageSource
{
    public int Count => indices.Length;

    public ReadOnlySpan<byte> Image(int index) => source.Image(indices[index]);
}
