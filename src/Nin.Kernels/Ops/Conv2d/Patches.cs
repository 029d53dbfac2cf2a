using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The rows of the matrix that a convolution multiplies: row <c>(sample, row, column)</c> of the grid holds the window
/// <c>[TapRows, TapColumns, Channels]</c> whose first tap lies at <c>(Stride row + Top, Stride column + Left)</c> of the image; taps
/// outside are zeros. The matrix never exists as a whole: parts of rows are copied when panels are packed.
/// </summary>
unsafe struct Patches
{
    /// <summary><c>[sample, Height, Width, PixelStep]</c>, pointing at the first channel that is read.</summary>
    public float* Image;
    public int Height;
    public int Width;

    /// <summary>Floats from one pixel to the next.</summary>
    public int PixelStep;

    /// <summary>Channels that are read: fewer than <see cref="PixelStep"/> where there are groups.</summary>
    public int Channels;
    public int TapRows;
    public int TapColumns;

    /// <summary>Pixels from one tap to the next: the dilation.</summary>
    public int TapStep;
    public int GridHeight;
    public int GridWidth;
    public int Stride;
    public int Top;
    public int Left;

    /// <summary>Length of a row.</summary>
    public readonly int Depth => TapRows * TapColumns * Channels;

    /// <summary>Whether each row is one pixel of the image as it lies, and the pixels follow each other.</summary>
    public readonly bool ArePixels =>
        TapRows == 1 && TapColumns == 1 && Stride == 1 && Top == 0 && Left == 0 && GridHeight == Height && GridWidth == Width;

    /// <summary>Copies the elements <paramref name="from"/> to <paramref name="from"/> + <paramref name="count"/> - 1 of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Copy<TLanes>(GridPixel pixel, int from, int count, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        int tapRowLength = TapColumns * Channels;
        int tapRow = from / tapRowLength;
        int start = from - tapRow * tapRowLength;
        int left = pixel.Column * Stride + Left;
        int row = pixel.Row * Stride + Top + tapRow * TapStep;
        while (count > 0)
        {
            int run = Math.Min(tapRowLength - start, count);
            if ((uint)row >= (uint)Height)
            {
                Copying.Clear<TLanes>(destination, run);
            }
            else
            {
                float* imageRow = Image + ((nint)pixel.Sample * Height + row) * Width * PixelStep;
                if (TapStep == 1 && Channels == PixelStep)
                {
                    CopyRun<TLanes>(imageRow, left * Channels + start, run, destination);
                }
                else
                {
                    CopyTaps<TLanes>(imageRow, left, start, run, destination);
                }
            }

            destination += run;
            count -= run;
            start = 0;
            row += TapStep;
        }
    }

    // Neighbouring taps are neighbouring pixels: one run of floats, cut where the image ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void CopyRun<TLanes>(float* imageRow, int at, int run, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        int rowLength = Width * Channels;
        if (at >= 0 && at + run <= rowLength)
        {
            Copying.Copy<TLanes>(imageRow + at, destination, run);
            return;
        }

        int before = Math.Clamp(-at, 0, run);
        int behind = Math.Clamp(at + run - rowLength, 0, run);
        Copying.Clear<TLanes>(destination, before);
        Copying.Copy<TLanes>(imageRow + at + before, destination + before, run - before - behind);
        Copying.Clear<TLanes>(destination + run - behind, behind);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void CopyTaps<TLanes>(float* imageRow, int left, int start, int run, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        int tap = start / Channels;
        int channel = start - tap * Channels;
        int column = left + tap * TapStep;
        while (run > 0)
        {
            int count = Math.Min(Channels - channel, run);
            if ((uint)column < (uint)Width)
            {
                Copying.Copy<TLanes>(imageRow + (nint)column * PixelStep + channel, destination, count);
            }
            else
            {
                Copying.Clear<TLanes>(destination, count);
            }

            destination += count;
            run -= count;
            channel = 0;
            column += TapStep;
        }
    }
}

/// <summary>A place in a grid of pixels over a batch: sample, row, column.</summary>
struct GridPixel(long index, int height, int width)
{
    public int Sample = (int)(index / ((long)height * width));
    public int Row = (int)(index / width % height);
    public int Column = (int)(index % width);

    /// <summary>Goes on to the next pixel of the same grid.</summary>
    public void Advance(int height, int width)
    {
        if (++Column < width)
        {
            return;
        }

        Column = 0;
        if (++Row == height)
        {
            Row = 0;
            Sample++;
        }
    }
}
