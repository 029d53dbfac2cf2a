using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// A convolution as an implicit matrix product, in either direction that gives pixels: which source pixel each tap of a result pixel reads.
/// <see cref="Fprop"/> reads the input (<c>y = x * w</c>), <see cref="Dgrad"/> the gradient of the output (<c>dx = dy * wᵀ</c>); the weight
/// gradient (wgrad) sums over the result pixels of <see cref="Fprop"/>. With m result pixels, <c>k = taps * SourceChannels</c> and
/// <c>n = ResultChannels</c>, each group is a product <c>[m, k] x [k, n]</c>.
/// </summary>
/// <param name="Rows">The vertical axis.</param>
/// <param name="Columns">The horizontal axis.</param>
/// <param name="Groups">Groups of channels that are connected only to each other.</param>
/// <param name="SourceChannels">Source channels in a group.</param>
/// <param name="ResultChannels">Result channels in a group.</param>
readonly record struct ConvolutionGeometry(TapAxis Rows, TapAxis Columns, int Groups, int SourceChannels, int ResultChannels)
{
    /// <summary>A convolution's output from its input.</summary>
    public static ConvolutionGeometry Fprop(in Conv2dSizes s) => new(
        TapAxis.Fprop(s.Window.Rows, s.Height), TapAxis.Fprop(s.Window.Columns, s.Width), s.Groups, s.GroupChannels, s.GroupFilters);

    /// <summary>The gradient of a convolution's input from that of its output: the transposed convolution.</summary>
    public static ConvolutionGeometry Dgrad(in Conv2dSizes s) => new(
        TapAxis.Dgrad(s.Window.Rows, s.Height), TapAxis.Dgrad(s.Window.Columns, s.Width), s.Groups, s.GroupFilters, s.GroupChannels);

    /// <summary>Result pixels of one example.</summary>
    public int Pixels => Rows.Results * Columns.Results;

    /// <summary>Taps of the window.</summary>
    public int Taps => Rows.Taps * Columns.Taps;

    /// <summary>Length of an im2col row of one group.</summary>
    public int Depth => Taps * SourceChannels;

    /// <summary>The im2col rows of the results of one residue of each axis, over the channels of the first group.</summary>
    public unsafe Im2colRows Im2col(float* source, int rowResidue = 0, int columnResidue = 0) => new()
    {
        Source = source,
        PixelStep = Groups * SourceChannels,
        Channels = SourceChannels,
        Rows = Rows.Residue(rowResidue),
        Columns = Columns.Residue(columnResidue),
    };

    /// <summary>Whether im2col rows are the source's pixels as they are in memory: a plain matrix product.</summary>
    public bool ArePixels => Rows.IsIdentity && Columns.IsIdentity;
}

/// <summary>
/// One axis of a <see cref="ConvolutionGeometry"/>: with <c>q = result * Scale + Shift + tap * TapStep</c> a tap reads the source pixel
/// <c>q / Divisor</c> where that is whole and inside, and nothing otherwise. Fprop scales by the stride; dgrad divides by it.
/// </summary>
/// <param name="Results">Result pixels along the axis.</param>
/// <param name="Sources">Source pixels along the axis.</param>
/// <param name="Taps">Taps of the window along the axis.</param>
/// <param name="Scale">Source pixels from one result pixel to the next.</param>
/// <param name="Shift">Source pixel of result 0, tap 0.</param>
/// <param name="TapStep">Source pixels from a tap to the next.</param>
/// <param name="Divisor">1, or the stride that dgrad divides by.</param>
readonly record struct TapAxis(int Results, int Sources, int Taps, int Scale, int Shift, int TapStep, int Divisor)
{
    public static TapAxis Fprop(in WindowAxis window, int size) =>
        new((int)window.Output(size), size, window.Kernel, window.Stride, -window.Before, window.Dilation, Divisor: 1);

    public static TapAxis Dgrad(in WindowAxis window, int size) =>
        new(size, (int)window.Output(size), window.Kernel, Scale: 1, window.Before, -window.Dilation, window.Stride);

    /// <summary>Whether each result pixel reads the source pixel at its own place, and no other.</summary>
    public bool IsIdentity => Taps == 1 && Scale == 1 && Shift == 0 && Divisor == 1 && Results == Sources;

    /// <summary>The source pixel that a tap reads, or -1 for none.</summary>
    public int Source(int result, int tap)
    {
        int q = result * Scale + Shift + tap * TapStep;
        if (q < 0) return -1;
        if (Divisor > 1)
        {
            int quotient = q / Divisor;
            if (quotient * Divisor != q) return -1;
            q = quotient;
        }

        return q < Sources ? q : -1;
    }

    /// <summary>Taps from one that a result may read to the next: the stride in dgrad without dilation, else 1.</summary>
    public int TapPeriod => TapStep == -1 ? Divisor : 1;

    /// <summary>The first tap that a result may read, of every <see cref="TapPeriod"/>th; it may be one after the last.</summary>
    public int FirstTap(int result) => TapPeriod == 1 ? 0 : (result * Scale + Shift) % Divisor;

    /// <summary>The source pixels, from the first to before the last, that the results from one to before another may read.</summary>
    public (int First, int End) SourcesOf(int first, int end)
    {
        long reach = (Taps - 1L) * TapStep, low = (long)first * Scale + Shift + Math.Min(0, reach), high = (end - 1L) * Scale + Shift + Math.Max(0, reach);
        return (low <= 0 ? 0 : (int)((low + Divisor - 1) / Divisor), high < 0 ? 0 : (int)Math.Min(Sources, high / Divisor + 1));
    }

    /// <summary>
    /// The results i with <c>(i Scale + Shift) mod Divisor = residue</c>, which read the same taps, as an axis without a divisor. Fprop has one
    /// residue, 0; dgrad has as many as the stride.
    /// </summary>
    public ResidueAxis Residue(int residue)
    {
        int common = Divisor == 1 ? 1 : CommonDivisor(Divisor, Math.Abs(TapStep));
        int period = Divisor / common, sourceStep = TapStep / common, first = 0, tap = 0;
        while (Remainder((long)first * Scale + Shift, Divisor) != residue) first++;
        while (tap < period && Remainder(residue + (long)tap * TapStep, Divisor) != 0) tap++;
        int taps = tap >= Math.Min(period, Taps) ? 0 : (Taps - tap + period - 1) / period;
        int start = (first * Scale + Shift + tap * TapStep) / Divisor;

        // Taps in the order of what they read, so that neighbours may be one run of memory.
        int last = sourceStep < 0 ? Math.Max(0, taps - 1) : 0;
        return new(
            Results: first < Results ? (Results - first + Divisor - 1) / Divisor : 0, first, Divisor, Sources, Scale,
            Start: start + last * sourceStep, SourceStep: Math.Abs(sourceStep), taps, FirstTap: tap + last * period,
            TapStep: sourceStep < 0 ? -period : period);
    }

    static int CommonDivisor(int a, int b) => b == 0 ? a : CommonDivisor(b, a % b);

    static long Remainder(long value, int divisor) => (value % divisor + divisor) % divisor;
}

/// <summary>
/// One axis of the results that share a residue: see <see cref="TapAxis.Residue"/>. Result j, pixel <c>First + j ResultStep</c>, reads at place p
/// of its taps the source pixel <c>j Scale + Start + p SourceStep</c>, where that is inside, through the tap <c>FirstTap + p TapStep</c>.
/// </summary>
/// <param name="Results">Results of the residue.</param>
/// <param name="First">The first of them among all pixels.</param>
/// <param name="ResultStep">Pixels from one to the next.</param>
/// <param name="Sources">Source pixels along the axis.</param>
/// <param name="Scale">Source pixels from one result to the next.</param>
/// <param name="Start">Source pixel of result 0 at place 0.</param>
/// <param name="SourceStep">Source pixels from a place to the next.</param>
/// <param name="Taps">Taps that a result reads.</param>
/// <param name="FirstTap">The tap at place 0.</param>
/// <param name="TapStep">Taps of the window from a place to the next.</param>
readonly record struct ResidueAxis(
    int Results, int First, int ResultStep, int Sources, int Scale, int Start, int SourceStep, int Taps, int FirstTap, int TapStep)
{
    /// <summary>The tap at a place.</summary>
    public int TapAt(int place) => FirstTap + place * TapStep;

    /// <summary>The results from First to before End whose source at a place is inside.</summary>
    public (int First, int End) Inside(int place)
    {
        long at = Start + (long)place * SourceStep;
        return ((int)CeilDivide(-at, Scale), (int)Math.Min(Results, CeilDivide(Sources - at, Scale)));
    }

    /// <summary>The results whose taps are all inside; none where End is not above First.</summary>
    public (int First, int End) AllInside() => Taps == 0 ? (0, Results) : (Inside(0).First, Inside(Taps - 1).End);

    /// <summary>The places from First to before End whose source is inside, for one result.</summary>
    public (int First, int End) PlacesInside(int result)
    {
        long at = (long)result * Scale + Start;
        long first = Math.Min(Taps, CeilDivide(-at, SourceStep));
        return ((int)first, (int)Math.Max(first, Math.Min(Taps, CeilDivide(Sources - at, SourceStep))));
    }

    /// <summary>Whether each result reads the source pixel at its own place, and no other.</summary>
    public bool IsIdentity => Taps == 1 && Scale == 1 && Start == 0 && Results == Sources;

    static long CeilDivide(long value, int divisor) => value <= 0 ? 0 : (value + divisor - 1) / divisor;
}
