using System.Numerics;
using System.Runtime.InteropServices;

namespace Nin.Data;

/// <summary>
/// Bilinear resizing of one size to another, as torchvision's <c>Resize</c> of a PIL image: half-pixel centres (PyTorch's
/// <c>align_corners=False</c>), clamped edges, and smoothing where the image shrinks. PIL rounds to whole bytes after each axis;
/// here the values stay floats.
/// </summary>
/// <remarks>Columns first, into a buffer of its own, then rows, a vector of columns at a time. An instance serves one thread.</remarks>
public sealed class BilinearResize
{
    /// <summary>The longest side, in pixels.</summary>
    public const int MaxSide = 16384;

    readonly ResizeTaps columns = new(), rows = new();
    int height, width, outHeight, outWidth;
    float[] stretched = [];

    /// <summary>
    /// Prepares resizing <paramref name="height"/> x <paramref name="width"/> to <paramref name="outHeight"/> x <paramref
    /// name="outWidth"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not 1 to <see cref="MaxSide"/>.</exception>
    public BilinearResize(int height, int width, int outHeight, int outWidth) => Prepare(height, width, outHeight, outWidth);

    /// <summary>One that is prepared later, and for other sizes again.</summary>
    internal BilinearResize()
    {
    }

    /// <summary>Prepares resizing other sizes. It allocates only where they are larger than any before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not 1 to <see cref="MaxSide"/>.</exception>
    internal void Prepare(int height, int width, int outHeight, int outWidth)
    {
        CheckSide(height, nameof(height));
        CheckSide(width, nameof(width));
        CheckSide(outHeight, nameof(outHeight));
        CheckSide(outWidth, nameof(outWidth));
        if ((this.height, this.width, this.outHeight, this.outWidth) == (height, width, outHeight, outWidth)) return;
        (this.height, this.width, this.outHeight, this.outWidth) = (height, width, outHeight, outWidth);
        columns.Set(width, outWidth);
        rows.Set(height, outHeight);
        if (stretched.Length < height * outWidth) stretched = new float[height * outWidth];
    }

    /// <summary>Resizes one plane.</summary>
    /// <param name="source"><c>[height, width]</c>.</param>
    /// <param name="destination"><c>[outHeight, outWidth]</c>.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination)
    {
        if (source.Length != height * width)
            throw new ArgumentException($"{source.Length} pixels where {height} x {width} are expected.", nameof(source));
        if (destination.Length != outHeight * outWidth)
            throw new ArgumentException(
                $"Room for {destination.Length} pixels where {outHeight} x {outWidth} are expected.", nameof(destination));
        for (int y = 0; y < height; y++)
            StretchRow(source.Slice(y * width, width), stretched.AsSpan(y * outWidth, outWidth));
        for (int y = 0; y < outHeight; y++)
            MixRows(y, destination.Slice(y * outWidth, outWidth));
    }

    void StretchRow(ReadOnlySpan<float> source, Span<float> destination)
    {
        ReadOnlySpan<int> first = columns.First.AsSpan(0, destination.Length);
        ReadOnlySpan<float> weights = columns.Weights;
        int count = columns.Count;
        if (count == 2)
        {
            ReadOnlySpan<Vector2> pairs = MemoryMarshal.Cast<float, Vector2>(weights)[..destination.Length];
            for (int x = 0; x < destination.Length; x++)
                destination[x] = source[first[x]] * pairs[x].X + source[first[x] + 1] * pairs[x].Y;
            return;
        }

        for (int x = 0; x < destination.Length; x++)
        {
            float sum = 0;
            for (int t = 0; t < count; t++)
                sum += source[first[x] + t] * weights[x * count + t];
            destination[x] = sum;
        }
    }

    void MixRows(int y, Span<float> destination)
    {
        int count = rows.Count;
        int row = rows.First[y];
        if (count == 1)
        {
            stretched.AsSpan(row * outWidth, outWidth).CopyTo(destination);
            return;
        }

        MixTwo(Row(row), rows.Weights[y * count], Row(row + 1), rows.Weights[y * count + 1], destination);
        for (int t = 2; t < count; t++)
            MixTwo(destination, 1, Row(row + t), rows.Weights[y * count + t], destination);
    }

    ReadOnlySpan<float> Row(int row) => stretched.AsSpan(row * outWidth, outWidth);

    static void CheckSide(int side, string name)
    {
        if (side is < 1 or > MaxSide)
            throw new ArgumentOutOfRangeException(name, side, $"A side of an image must be 1 to {MaxSide} pixels.");
    }

    /// <summary>a * u + b * v, elementwise; never fused, so that every machine gives the same bits.</summary>
    static void MixTwo(ReadOnlySpan<float> a, float u, ReadOnlySpan<float> b, float v, Span<float> destination)
    {
        int x = 0;
        for (; x <= destination.Length - Vector<float>.Count; x += Vector<float>.Count)
            (new Vector<float>(a[x..]) * u + new Vector<float>(b[x..]) * v).CopyTo(destination[x..]);
        for (; x < destination.Length; x++)
            destination[x] = a[x] * u + b[x] * v;
    }
}

/// <summary>Which inputs one axis of a resize reads for each output, and with what weights.</summary>
/// <remarks>
/// The triangle filter of Pillow (<c>src/libImaging/Resample.c</c>, precompute_coeffs): centre <c>(o + 1/2) n / m</c>, half-width 1
/// pixel where the image grows and n / m where it shrinks; what is outside is left out and the rest is scaled to sum to 1. When growing, that
/// is plain bilinear interpolation with half-pixel centres and clamped edges.
/// </remarks>
sealed class ResizeTaps
{
    double[] row = [];

    /// <summary>Inputs read for each output.</summary>
    public int Count { get; private set; }

    /// <summary>The first input read, for each output.</summary>
    public int[] First { get; private set; } = [];

    /// <summary>Weights <c>[outputs, Count]</c>.</summary>
    public float[] Weights { get; private set; } = [];

    /// <summary>Computes them for an axis; the arrays may be longer than it needs.</summary>
    public void Set(int inputs, int outputs)
    {
        double scale = (double)inputs / outputs;
        double stretch = Math.Max(scale, 1);
        Count = Math.Min(inputs, scale <= 1 ? 2 : 2 * (int)Math.Ceiling(stretch) + 1);
        if (First.Length < outputs) First = new int[outputs];
        if (Weights.Length < outputs * Count) Weights = new float[outputs * Count];
        if (row.Length < Count) row = new double[Count];
        for (int o = 0; o < outputs; o++)
        {
            double centre = (o + 0.5) * scale;
            First[o] = Math.Clamp((int)Math.Floor(centre - stretch + 0.5), 0, inputs - Count);
            double sum = 0;
            for (int t = 0; t < Count; t++)
                sum += row[t] = Math.Max(0, 1 - Math.Abs(First[o] + t + 0.5 - centre) / stretch);
            for (int t = 0; t < Count; t++)
                Weights[o * Count + t] = (float)(row[t] / sum);
        }
    }
}
