namespace Nin.Ops;

/// <summary>
/// Which source pixel a tap of a result pixel reads. Along each axis <c>q = result * Scale + Shift + tap * TapStep</c>; the source is
/// <c>q / Divisor</c> where that is whole and inside, and nothing otherwise. Convolution scales by its stride; its transpose divides by it.
/// </summary>
/// <param name="Height">Rows of the result.</param>
/// <param name="Width">Columns of the result.</param>
/// <param name="SourceHeight">Rows of the source.</param>
/// <param name="SourceWidth">Columns of the source.</param>
/// <param name="Kernel">Taps along an axis.</param>
/// <param name="Scale">Source pixels from one result pixel to the next.</param>
/// <param name="Shift">Source pixel of result 0, tap 0.</param>
/// <param name="TapStep">Source pixels from a tap to the next.</param>
/// <param name="Divisor">Stride of the transpose.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Depth">Source channels in a group.</param>
/// <param name="Columns">Result channels in a group.</param>
readonly record struct WindowMap(
    int Height, int Width, int SourceHeight, int SourceWidth, int Kernel, int Scale, int Shift, int TapStep, int Divisor, int Groups,
    int Depth, int Columns)
{
    /// <summary>A convolution's output from its input.</summary>
    public static WindowMap Forward(in Conv2dSizes s) => new(
        s.OutHeight, s.OutWidth, s.Height, s.Width, s.Kernel, s.Stride, -s.Padding, s.Dilation, 1, s.Groups, s.GroupChannels, s.GroupFilters);

    /// <summary>The gradient of a convolution's input from that of its output.</summary>
    public static WindowMap Backward(in Conv2dSizes s) => new(
        s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, 1, s.Padding, -s.Dilation, s.Stride, s.Groups, s.GroupFilters, s.GroupChannels);

    /// <summary>1 where the taps of a window's row follow each other in memory.</summary>
    public int HasRuns => TapStep == 1 && Divisor == 1 && Groups == 1 ? 1 : 0;

    /// <summary>Where a tap reads along one axis, or -1 for nowhere.</summary>
    public int Source(int result, int tap, int size)
    {
        int q = result * Scale + Shift + tap * TapStep;
        if (q < 0) return -1;
        if (Divisor > 1)
        {
            int quotient = q / Divisor;
            if (quotient * Divisor != q) return -1;
            q = quotient;
        }

        return q < size ? q : -1;
    }
}
