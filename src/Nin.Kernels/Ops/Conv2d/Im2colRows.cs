using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The rows of the matrix that an implicit GEMM multiplies: row <c>(example, row, column)</c> holds the source pixels that the taps of that
/// result pixel read, <c>[Rows.Taps, Columns.Taps, Channels]</c>; pixels outside are zeros. The matrix never exists as a whole: parts of rows
/// are copied when panels are packed.
/// </summary>
unsafe struct Im2colRows
{
    /// <summary><c>[example, Rows.Sources, Columns.Sources, PixelStep]</c>, pointing at the first channel that is read.</summary>
    public float* Source;

    /// <summary>Floats from one pixel to the next.</summary>
    public int PixelStep;

    /// <summary>Channels that are read: fewer than <see cref="PixelStep"/> where there are groups.</summary>
    public int Channels;
    public ResidueAxis Rows;
    public ResidueAxis Columns;

    /// <summary>What is done to the pixels as they are packed; only where <see cref="ArePixels"/> is true and there is one group.</summary>
    public InputNormalization Normalization;

    /// <summary>Length of a row.</summary>
    public readonly int Depth => Rows.Taps * Columns.Taps * Channels;

    /// <summary>Result pixels of one example.</summary>
    public readonly int Pixels => Rows.Results * Columns.Results;

    /// <summary>Whether each row is one pixel of the source as it is in memory, and the pixels are contiguous.</summary>
    public readonly bool ArePixels => Rows.IsIdentity && Columns.IsIdentity;

    /// <summary>The result pixel with this number, counted over the batch.</summary>
    public readonly PixelCursor At(long index) => new(index, Rows.Results, Columns.Results);

    /// <summary>Copies channels of one pixel, from <paramref name="from"/> on, where rows are pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void CopyPixel<TLanes>(float* pixel, int from, int count, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        if (Normalization.IsSome) Normalization.Copy<TLanes>(pixel + from, from, destination, count);
        else Copying.Copy<TLanes>(pixel + from, destination, count);
    }

    /// <summary>Copies the elements <paramref name="from"/> to <paramref name="from"/> + <paramref name="count"/> - 1 of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Copy<TLanes>(PixelCursor pixel, int from, int count, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        if (Normalization.IsSome)
        {
            CopyPixel<TLanes>(Source + (((nint)pixel.Example * Rows.Sources + pixel.Row) * Columns.Sources + pixel.Column) * PixelStep, from, count, destination);
            return;
        }

        int tapRowLength = Columns.Taps * Channels;
        int tapRow = from / tapRowLength;
        int start = from - tapRow * tapRowLength;
        int left = pixel.Column * Columns.Scale + Columns.Start;
        int row = pixel.Row * Rows.Scale + Rows.Start + tapRow * Rows.SourceStep;
        while (count > 0)
        {
            int run = Math.Min(tapRowLength - start, count);
            if ((uint)row >= (uint)Rows.Sources)
            {
                Copying.Clear<TLanes>(destination, run);
            }
            else
            {
                float* sourceRow = Source + ((nint)pixel.Example * Rows.Sources + row) * Columns.Sources * PixelStep;
                if (Columns.SourceStep == 1 && Channels == PixelStep)
                {
                    CopyRun<TLanes>(sourceRow, left * Channels + start, run, destination);
                }
                else
                {
                    CopyTaps<TLanes>(sourceRow, left, start, run, destination);
                }
            }

            destination += run;
            count -= run;
            start = 0;
            row += Rows.SourceStep;
        }
    }

    // Neighbouring taps are neighbouring pixels: one run of floats, cut where the row ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void CopyRun<TLanes>(float* sourceRow, int at, int run, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        int rowLength = Columns.Sources * Channels;
        if (at >= 0 && at + run <= rowLength)
        {
            Copying.Copy<TLanes>(sourceRow + at, destination, run);
            return;
        }

        int before = Math.Clamp(-at, 0, run);
        int after = Math.Clamp(at + run - rowLength, 0, run);
        Copying.Clear<TLanes>(destination, before);
        Copying.Copy<TLanes>(sourceRow + at + before, destination + before, run - before - after);
        Copying.Clear<TLanes>(destination + run - after, after);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void CopyTaps<TLanes>(float* sourceRow, int left, int start, int run, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        int tap = start / Channels;
        int channel = start - tap * Channels;
        int column = left + tap * Columns.SourceStep;
        while (run > 0)
        {
            int count = Math.Min(Channels - channel, run);
            if ((uint)column < (uint)Columns.Sources)
            {
                Copying.Copy<TLanes>(sourceRow + (nint)column * PixelStep + channel, destination, count);
            }
            else
            {
                Copying.Clear<TLanes>(destination, count);
            }

            destination += count;
            run -= count;
            channel = 0;
            column += Columns.SourceStep;
        }
    }
}

/// <summary>A position among the pixels of a batch: example, row, column.</summary>
struct PixelCursor(long index, int height, int width)
{
    public int Example = (int)(index / ((long)height * width));
    public int Row = (int)(index / width % height);
    public int Column = (int)(index % width);

    /// <summary>Moves to the next pixel, in images of the same size.</summary>
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
            Example++;
        }
    }
}
