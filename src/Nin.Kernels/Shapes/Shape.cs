using System.Globalization;

namespace Nin;

/// <summary>The shape of one example: channels by height by width, or a flat vector of features. The batch is not part of it.</summary>
public readonly record struct Shape
{
    /// <summary>Channels by height by width.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there are more than <see cref="int.MaxValue"/> elements.</exception>
    public Shape(int channels, int height, int width)
        : this(channels, height, width, isFlat: false)
    {
    }

    Shape(int channels, int height, int width, bool isFlat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        // So that the elements of a batch, an int of examples, are counted in a long without overflow, everywhere.
        if ((Int128)channels * height * width > int.MaxValue)
            throw new ArgumentOutOfRangeException(
                nameof(channels), $"{channels}x{height}x{width}", $"An example must have {int.MaxValue} elements or fewer.");
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

/// <summary>The shape of one example as a type, so that wiring two layers that do not fit is an error of the C# compiler.</summary>
public interface IShape
{
    /// <summary>The same shape as a value.</summary>
    static abstract Shape Shape { get; }
}

/// <summary>Channels by height by width.</summary>
/// <typeparam name="TChannels">Channels.</typeparam>
/// <typeparam name="THeight">Rows.</typeparam>
/// <typeparam name="TWidth">Columns.</typeparam>
public readonly struct Chw<TChannels, THeight, TWidth> : IShape
    where TChannels : struct, IDim
    where THeight : struct, IDim
    where TWidth : struct, IDim
{
    /// <inheritdoc/>
    public static Shape Shape => new(TChannels.Value, THeight.Value, TWidth.Value);
}

/// <summary>A flat vector of features, as after <c>Flatten</c> and <c>Linear</c>.</summary>
/// <typeparam name="TCount">How many.</typeparam>
public readonly struct Features<TCount> : IShape
    where TCount : struct, IDim
{
    /// <inheritdoc/>
    public static Shape Shape => Shape.Flat(TCount.Value);
}

/// <summary>A size as a type (namespace <c>Nin.Dimensions</c>): <see cref="Dimensions.D96"/> is 96. The argument of a structural shape such as <see cref="Chw{C,H,W}"/>.</summary>
public interface IDim
{
    /// <summary>The size.</summary>
    static abstract int Value { get; }
}
