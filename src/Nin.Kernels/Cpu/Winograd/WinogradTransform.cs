using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The linear maps of Winograd's convolution (Lavin and Gray 2015, arXiv 1509.09308) in two dimensions, on one register of channels:
/// <c>y = Aᵀ [(G w Gᵀ) * (Bᵀ d B)] A</c>, element by element in the middle, with a window d of n x n pixels, k x k taps w and
/// <see cref="Outputs"/> x <see cref="Outputs"/> results, <c>n = k + 3</c>.
/// </summary>
/// <remarks>
/// Read as polynomials: <c>A</c> and <c>G</c> evaluate one whose coefficients are given at n points, so that one map serves both, and their
/// transposes. Which points, and what they do to rounding, is explained at <see cref="F4x3"/> and <see cref="F4x5"/>.
/// </remarks>
static unsafe class WinogradTransform
{
    /// <summary>Results along a side of a tile.</summary>
    public const int Outputs = 4;

    /// <summary>Floats of the buffer that a map needs.</summary>
    public const int BufferLength = 8 * 8 * MicroKernel.MaxColumns / 2;

    /// <summary>The input transform <c>Bᵀ d B</c>.</summary>
    /// <param name="extent">How many channels.</param>
    /// <param name="d">The window's first pixel.</param>
    /// <param name="rowStep">Floats to the next row of pixels.</param>
    /// <param name="columnStep">Floats to the next pixel.</param>
    /// <param name="v">Value of the first point; whole registers are written.</param>
    /// <param name="pointStep">Floats to the next point.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<TMatrices, TLanes, TExtent>(
        TExtent extent, float* d, nint rowStep, nint columnStep, float* v, nint pointStep, float* buffer)
        where TMatrices : struct, IWinogradMatrices
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        int line = TMatrices.Side * TLanes.Count;
        for (int column = 0; column < TMatrices.Side; column++)
        {
            TMatrices.Input<TLanes, TExtent>(extent, d + column * columnStep, rowStep, buffer + column * TLanes.Count, line);
        }

        for (int row = 0; row < TMatrices.Side; row++)
        {
            float* to = v + row * TMatrices.Side * pointStep;
            TMatrices.Input<TLanes, WholeExtent>(default, buffer + row * line, TLanes.Count, to, pointStep);
        }
    }

    /// <summary>The same of so many channels, at least 1: a register, or what there is of it.</summary>
    public static void Input<TMatrices, TLanes>(int channels, float* d, nint rowStep, nint columnStep, float* v, nint pointStep, float* buffer)
        where TMatrices : struct, IWinogradMatrices
        where TLanes : struct, ILanes<TLanes>
    {
        if (channels >= TLanes.Count) Input<TMatrices, TLanes, WholeExtent>(default, d, rowStep, columnStep, v, pointStep, buffer);
        else Input<TMatrices, TLanes, PartExtent>(new PartExtent(channels), d, rowStep, columnStep, v, pointStep, buffer);
    }

    /// <summary>The filter transform <c>G w Gᵀ</c> where <paramref name="scaled"/>; else <c>A y Aᵀ</c>, the transposed output transform.</summary>
    /// <param name="extent">How many channels.</param>
    /// <param name="count">Coefficients along a side: 3 to 5.</param>
    /// <param name="scaled">Whether these are weights.</param>
    /// <param name="y">The first of <paramref name="count"/> x <paramref name="count"/> coefficients.</param>
    /// <param name="rowStep">Floats to the next row of coefficients.</param>
    /// <param name="columnStep">Floats to the next coefficient.</param>
    /// <param name="v">Value of the first point; whole registers are written.</param>
    /// <param name="pointStep">Floats to the next point.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter<TMatrices, TLanes, TExtent>(
        TExtent extent, int count, bool scaled, float* y, nint rowStep, nint columnStep, float* v, nint pointStep, float* buffer)
        where TMatrices : struct, IWinogradMatrices
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        int line = TMatrices.Side * TLanes.Count;
        for (int column = 0; column < count; column++)
        {
            float* to = buffer + column * TLanes.Count;
            TMatrices.Filter<TLanes, TExtent>(extent, count, scaled, y + column * columnStep, rowStep, to, line);
        }

        for (int row = 0; row < TMatrices.Side; row++)
        {
            float* to = v + row * TMatrices.Side * pointStep;
            TMatrices.Filter<TLanes, WholeExtent>(default, count, scaled, buffer + row * line, TLanes.Count, to, pointStep);
        }
    }

    /// <summary>The same of so many channels, at least 1: a register, or what there is of it.</summary>
    public static void Filter<TMatrices, TLanes>(
        int channels, int count, bool scaled, float* y, nint rowStep, nint columnStep, float* v, nint pointStep, float* buffer)
        where TMatrices : struct, IWinogradMatrices
        where TLanes : struct, ILanes<TLanes>
    {
        if (channels >= TLanes.Count) Filter<TMatrices, TLanes, WholeExtent>(default, count, scaled, y, rowStep, columnStep, v, pointStep, buffer);
        else Filter<TMatrices, TLanes, PartExtent>(new PartExtent(channels), count, scaled, y, rowStep, columnStep, v, pointStep, buffer);
    }

    /// <summary>The output transform <c>Aᵀ v A</c>, or <c>Gᵀ v G</c> where scaled: the transpose of <see cref="Filter{TMatrices, TLanes, TExtent}"/>.</summary>
    /// <param name="count">Coefficients along a side: 3 to 5.</param>
    /// <param name="scaled">Whether these are weights.</param>
    /// <param name="v">The first point; whole registers are read.</param>
    /// <param name="pointStep">Floats to the next point.</param>
    /// <param name="y"><c>[count, count]</c> registers.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<TMatrices, TLanes>(int count, bool scaled, float* v, nint pointStep, float* y, float* buffer)
        where TMatrices : struct, IWinogradMatrices
        where TLanes : struct, ILanes<TLanes>
    {
        int line = TMatrices.Side * TLanes.Count;
        for (int column = 0; column < TMatrices.Side; column++)
        {
            float* to = buffer + column * TLanes.Count;
            TMatrices.Output<TLanes>(count, scaled, v + column * pointStep, TMatrices.Side * pointStep, to, line);
        }

        for (int row = 0; row < count; row++)
        {
            TMatrices.Output<TLanes>(count, scaled, buffer + row * line, TLanes.Count, y + row * count * TLanes.Count, TLanes.Count);
        }
    }
}

/// <summary>
/// Squares of pixels of <c>[example, Height, Width, Channels]</c>: square (row, column) of an example starts at pixel
/// <c>(Step row + Start, Step column + Start)</c>. Pixels outside the image are zeros.
/// </summary>
unsafe struct WinogradTiles
{
    public float* Image;
    public int Height;
    public int Width;
    public int Channels;

    /// <summary>Pixels along a side.</summary>
    public int Side;
    public int Step;
    public int Start;

    /// <summary>Rows of squares in an example.</summary>
    public int Rows;

    /// <summary>Columns of squares in an example.</summary>
    public int Columns;

    /// <summary>Floats of the buffer that <see cref="Read"/> needs.</summary>
    public readonly long BufferLength => (long)Side * Side * Channels;

    /// <summary>The square with this number, counted over the batch.</summary>
    public readonly PixelCursor At(long index) => new(index, Rows, Columns);

    /// <summary>
    /// The first pixel of a square, whose pixels lie <see cref="Channels"/> floats apart: in the image, or, at its edge, copied between zeros.
    /// </summary>
    /// <param name="square">Which.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    /// <param name="rowStep">Floats to the next row of pixels.</param>
    public readonly float* Read<TLanes>(PixelCursor square, float* buffer, out nint rowStep)
        where TLanes : struct, ILanes<TLanes>
    {
        int top = square.Row * Step + Start, left = square.Column * Step + Start;
        float* example = Image + (nint)square.Example * Height * Width * Channels;
        if (top >= 0 && left >= 0 && top + Side <= Height && left + Side <= Width)
        {
            rowStep = (nint)Width * Channels;
            return example + top * rowStep + left * Channels;
        }

        rowStep = (nint)Side * Channels;
        int before = Math.Clamp(-left, 0, Side), end = Math.Clamp(Width - left, before, Side);
        float* to = buffer;
        for (int row = top; row < top + Side; row++, to += rowStep)
        {
            if ((uint)row >= (uint)Height)
            {
                Copying.Clear<TLanes>(to, Side * Channels);
                continue;
            }

            Copying.Clear<TLanes>(to, before * Channels);
            float* from = example + ((nint)row * Width + left + before) * Channels;
            Copying.Copy<TLanes>(from, to + before * Channels, (end - before) * Channels);
            Copying.Clear<TLanes>(to + end * Channels, (Side - end) * Channels);
        }

        return buffer;
    }
}
