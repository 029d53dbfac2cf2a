namespace Nin.Ops;

/// <summary>
/// Rows of an image of few channels with their padding, copied once: in them a result pixel's row of taps is a run of memory and all taps are
/// inside, so that products read their operand there as it is. Im2col rows would copy each pixel as often as there are taps.
/// </summary>
/// <param name="Source"><c>[n, Rows.Sources, Columns.Sources, Channels]</c>.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Rows">The vertical axis of fprop.</param>
/// <param name="Columns">The horizontal axis of fprop.</param>
readonly unsafe struct PaddedRows(float* Source, int Channels, ResidueAxis Rows, ResidueAxis Columns)
{
    /// <summary>More channels fill panels by themselves.</summary>
    const int MostChannels = 8;

    readonly float* source = Source;
    readonly ResidueAxis rows = Rows, columns = Columns;
    readonly int channels = Channels;

    /// <summary>Whether a convolution has few channels, a window, and rows that are runs of memory. One block of the depth holds it.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        g.Groups == 1 && g.SourceChannels <= MostChannels && g.Taps > 1 && g.Depth <= RowPanel.MaxDepth && g.Columns.TapStep == 1
        && g.Columns.Results <= RowPanel.MaxDepth && PixelPanel.Has(g.SourceChannels * g.Columns.Scale);

    /// <summary>Floats that a row of taps reads.</summary>
    public int TapRowLength => columns.Taps * channels;

    /// <summary>Floats from a result pixel's first tap to the next pixel's.</summary>
    public int PixelStep => columns.Scale * channels;

    /// <summary>Floats from a row to the next.</summary>
    public nint RowLength => ((columns.Results - 1) * (nint)columns.Scale + columns.Taps) * channels;

    /// <summary>Floats from a row of taps to the next.</summary>
    public nint TapRowStep => rows.SourceStep * RowLength;

    /// <summary>Floats from a row of results to the next.</summary>
    public nint ResultRowStep => rows.Scale * RowLength;

    /// <summary>Floats of memory for a number of rows of results; tiles may read beyond the last row, as far as a tile reaches.</summary>
    public long Length(int results) => SourceRows(results) * RowLength + Slack;

    /// <summary>Copies what the rows of results from <paramref name="first"/> on read.</summary>
    public void Fill<TLanes>(int example, int first, int results, float* to)
        where TLanes : struct, ILanes<TLanes>
    {
        int height = rows.Sources, width = columns.Sources;
        int before = Math.Min(-Math.Min(columns.Start, 0), (int)RowLength / channels), start = Math.Max(columns.Start, 0);
        int inside = (int)Math.Max(0, Math.Min(width - start, RowLength / channels - before));
        long count = SourceRows(results);
        for (long i = 0; i < count; i++, to += RowLength)
        {
            long row = (long)first * rows.Scale + rows.Start + i;
            if (row < 0 || row >= height)
            {
                Copying.Clear<TLanes>(to, (int)RowLength);
                continue;
            }

            Copying.Clear<TLanes>(to, before * channels);
            Copying.Copy<TLanes>(source + (((nint)example * height + (nint)row) * width + start) * channels, to + before * channels, inside * channels);
            Copying.Clear<TLanes>(to + (before + inside) * channels, (int)RowLength - (before + inside) * channels);
        }

        // Sums over what follows are discarded, but must not be slow (subnormal) ones.
        Copying.Clear<TLanes>(to, Slack);
    }

    int Slack => MicroKernel.MaxColumns * PixelStep + MicroKernel.MaxColumns;

    long SourceRows(int results) => (results - 1L) * rows.Scale + (rows.Taps - 1L) * rows.SourceStep + 1;
}

/// <summary>The panels whose rows are result pixels of an image of few channels, by the floats from one to the next.</summary>
static class PixelPanel
{
    /// <summary>Whether there is one of this step.</summary>
    public static bool Has(int step) => step is 1 or 2 or 3 or 4 or 6 or 8 or 12;

    /// <summary>Multiplies with the panel of this step.</summary>
    public static void Execute<TLanes>(in MacroKernel product, int step)
        where TLanes : struct, ILanes<TLanes>
    {
        switch (step)
        {
            case 1: product.Execute<TLanes, ColumnPanel>(); break;
            case 2: product.Execute<TLanes, Of2>(); break;
            case 3: product.Execute<TLanes, Of3>(); break;
            case 4: product.Execute<TLanes, Of4>(); break;
            case 6: product.Execute<TLanes, Of6>(); break;
            case 8: product.Execute<TLanes, Of8>(); break;
            case 12: product.Execute<TLanes, Of12>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(step), step, "There is no panel of this step.");
        }
    }

    readonly struct Of2 : IPanel
    {
        public static int RowStep => 2;
    }

    readonly struct Of3 : IPanel
    {
        public static int RowStep => 3;
    }

    readonly struct Of4 : IPanel
    {
        public static int RowStep => 4;
    }

    readonly struct Of6 : IPanel
    {
        public static int RowStep => 6;
    }

    readonly struct Of8 : IPanel
    {
        public static int RowStep => 8;
    }

    readonly struct Of12 : IPanel
    {
        public static int RowStep => 12;
    }
}
