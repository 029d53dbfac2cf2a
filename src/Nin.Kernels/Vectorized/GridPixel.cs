namespace Nin.Vectorized;

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
