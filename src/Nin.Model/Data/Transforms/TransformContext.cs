using Nin.Ops;

namespace Nin.Data;

/// <summary>
/// What a <see cref="Transform"/> has beside the image: random numbers, which seed, epoch and the image's index decide, levels, and a resizer. An
/// instance serves one thread.
/// </summary>
/// <remarks>The transforms of an image draw one after another from one stream of Philox words, each draw the next word.</remarks>
public sealed class TransformContext
{
    const int Words = 4;

    readonly ImageDataset data;
    readonly ulong seed;
    readonly float[] levels;
    readonly float[] black;
    readonly float[] white;
    readonly BilinearResize resize = new();
    PhiloxBlock bits;
    float[] another = [], resized = [];
    uint epoch, index, drawn;

    /// <summary>Draws from the stream of an image.</summary>
    /// <param name="data">Where the images are.</param>
    /// <param name="levels">What each byte becomes, <c>[channels, 256]</c>.</param>
    /// <param name="seed">The user's seed.</param>
    internal TransformContext(ImageDataset data, float[] levels, ulong seed)
    {
        (this.data, this.levels, this.seed) = (data, levels, seed);
        int channels = data.Channels;
        black = [.. Enumerable.Range(0, channels).Select(c => levels[c * PixelLevels.Count])];
        white = [.. Enumerable.Range(0, channels).Select(c => levels[c * PixelLevels.Count + PixelLevels.Count - 1])];
    }

    /// <summary>What a byte of 0 became, channel by channel.</summary>
    public ReadOnlySpan<float> Black => black;

    /// <summary>What a byte of 255 became, channel by channel.</summary>
    public ReadOnlySpan<float> White => white;

    /// <summary>The next 32 random bits.</summary>
    public uint NextBits()
    {
        uint word = drawn++ % Words;
        if (word == 0) bits = Philox4x32.Block(seed, RandomPurpose.Augmentation, epoch, index, (drawn - 1) / Words);
        return word switch { 0 => bits.X0, 1 => bits.X1, 2 => bits.X2, _ => bits.X3 };
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float Unit() => Philox4x32.ToUnit(NextBits());

    /// <summary>Uniform between two numbers.</summary>
    public double Uniform(double least, double most) => least + Unit() * (most - least);

    /// <summary>Uniform in 0 .. <paramref name="bound"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Philox4x32.ToBelow(NextBits(), (uint)bound);
    }

    /// <summary>True with a probability of 0 to 1.</summary>
    public bool Chance(double probability) => Unit() >= 1 - probability;

    /// <summary>Resizes a plane; see <see cref="BilinearResize"/>. Sizes may differ from call to call.</summary>
    /// <param name="source"><c>[height, width]</c>.</param>
    /// <param name="height">Rows of the source.</param>
    /// <param name="width">Columns of the source.</param>
    /// <param name="destination"><c>[outHeight, outWidth]</c>.</param>
    /// <param name="outHeight">Rows of the destination.</param>
    /// <param name="outWidth">Columns of the destination.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Resize(ReadOnlySpan<float> source, int height, int width, Span<float> destination, int outHeight, int outWidth)
    {
        resize.Prepare(height, width, outHeight, outWidth);
        resize.Apply(source, destination);
    }

    /// <summary>Another image of the data set (or, rarely, the same), all equally likely: scaled and normalised, resized, not varied.</summary>
    /// <param name="height">Rows that it should have.</param>
    /// <param name="width">Columns that it should have.</param>
    /// <returns>Memory that is kept for the next call.</returns>
    public ImageView Another(int height, int width)
    {
        var bytes = data.Image(Below(data.Count));
        var whole = Room(ref another, data.Height, data.Width);
        int length = data.Height * data.Width;
        for (int c = 0; c < data.Channels; c++)
            PixelLevels.Apply(bytes.Slice(c * length, length), levels.AsSpan(c * PixelLevels.Count, PixelLevels.Count), whole.Plane(c));
        if ((height, width) == (data.Height, data.Width)) return whole;
        var fitted = Room(ref resized, height, width);
        for (int c = 0; c < data.Channels; c++) Resize(whole.Plane(c), data.Height, data.Width, fitted.Plane(c), height, width);
        return fitted;
    }

    ImageView Room(ref float[] memory, int height, int width)
    {
        int length = checked(data.Channels * height * width);
        if (memory.Length < length) memory = new float[length];
        return new ImageView(memory.AsSpan(0, length), data.Channels, height, width);
    }

    /// <summary>Begins the stream of an image.</summary>
    internal void Begin(int epoch, int index) => (this.epoch, this.index, drawn) = ((uint)epoch, (uint)index, 0);
}
