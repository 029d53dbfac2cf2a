namespace Nin.Vectorized;

/// <summary>
/// Squares of pixels of <c>[sample, Height, Width, Channels]</c>: square (row, column) of a sample starts at pixel
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

    /// <summary>Rows of squares in a sample.</summary>
    public int Rows;

    /// <summary>Columns of squares in a sample.</summary>
    public int Columns;

    /// <summary>Floats of the buffer that <see cref="Read"/> needs.</summary>
    public readonly long BufferLength => (long)Side * Side * Channels;

    /// <summary>The square with this number, counted over the batch.</summary>
    public readonly GridPixel At(long index) => new(index, Rows, Columns);

    /// <summary>
    /// The first pixel of a square, whose pixels lie <see cref="Channels"/> floats apart: in the image, or, at its edge, copied between zeros.
    /// </summary>
    /// <param name="square">Which.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    /// <param name="rowStep">Floats to the next row of pixels.</param>
    public readonly float* Read<TLanes>(GridPixel square, float* buffer, out nint rowStep)
        where TLanes : struct, ILanes<TLanes>
    {
        int top = square.Row * Step + Start, left = square.Column * Step + Start;
        float* sample = Image + (nint)square.Sample * Height * Width * Channels;
        if (top >= 0 && left >= 0 && top + Side <= Height && left + Side <= Width)
        {
            rowStep = (nint)Width * Channels;
            return sample + top * rowStep + left * Channels;
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
            float* from = sample + ((nint)row * Width + left + before) * Channels;
            Copying.Copy<TLanes>(from, to + before * Channels, (end - before) * Channels);
            Copying.Clear<TLanes>(to + end * Channels, (Side - end) * Channels);
        }

        return buffer;
    }
}
