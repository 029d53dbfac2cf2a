using System.Globalization;

namespace Nin;

/// <summary>The shape of one example: channels by height by width, or a flat vector of features. The batch is not part of it.</summary>
public readonly record struct Shape
{
    /// <summary>Channels by height by width.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Shape(int channels, int height, int width)
        : this(channels, height, width, isFlat: false)
    {
    }

    Shape(int channels, int height, int width, bool isFlat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Channels = channels;
        Height = height;
        Width = width;
        IsFlat = isFlat;
    }

    /// <summary>A flat vector of <paramref name="features"/>.</summary>
    public static Shape Flat(int features) => new(features, 1, 1, isFlat: true);

    /// <summary>Channels, or features of a flat shape.</summary>
    public int Channels { get; }

    /// <summary>Rows; 1 for a flat shape.</summary>
    public int Height { get; }

    /// <summary>Columns; 1 for a flat shape.</summary>
    public int Width { get; }

    /// <summary>True for a vector of features, which no spatial layer takes.</summary>
    public bool IsFlat { get; }

    /// <summary>Rows times columns.</summary>
    public int Pixels => Height * Width;

    /// <summary>Elements of one example.</summary>
    public long Length => (long)Channels * Height * Width;

    /// <summary><c>96x54x54</c>, or <c>10</c> for a flat shape.</summary>
    public override string ToString() => IsFlat
        ? Channels.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Channels}x{Height}x{Width}");
}
