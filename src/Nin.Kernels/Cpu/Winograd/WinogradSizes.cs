using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>
/// A convolution cut into tiles of <see cref="WinogradTransform.Outputs"/> x <see cref="WinogradTransform.Outputs"/> results, each from a
/// window of <see cref="Side"/> x <see cref="Side"/> pixels.
/// </summary>
/// <param name="Convolution">The convolution: <see cref="Suits"/> is true of it.</param>
readonly unsafe record struct WinogradSizes(Conv2dSizes Convolution)
{
    // With fewer of either the transforms cost more than they save.
    const int MinChannels = 16;

    // With fewer results per example, too.
    const int MinResults = 48;

    // A weight gradient is a sum over the results. Of few terms its rounding errors would be above what as many terms explain: those of
    // eight points are up to 10 times those of a plain sum.
    const int MinTermsOfFive = 144;

    /// <summary>
    /// The <see cref="AppContext"/> switch with which a host asks for direct sums only: they are slower, and their rounding errors smaller.
    /// </summary>
    public const string Switch = "Nin.Winograd";

    static readonly bool IsAllowed = !AppContext.TryGetSwitch(Switch, out bool isOn) || isOn;

    /// <summary>
    /// The choice of algorithm: Winograd's where it multiplies half as much or less, including what its tiles compute beyond the edge. It reads
    /// the shape alone, never the batch, so that an example has the same result in any batch.
    /// </summary>
    public static bool Suits(in Conv2dSizes s)
    {
        if (!IsAllowed || !Fits(s) || s.Channels < MinChannels || s.Filters < MinChannels || s.OutHeight * s.OutWidth < MinResults)
        {
            return false;
        }

        var sizes = new WinogradSizes(s);
        return 2L * sizes.Tiles * sizes.Points <= (long)s.OutHeight * s.OutWidth * s.Window.Taps;
    }

    /// <summary>The same choice for the weight gradient.</summary>
    public static bool SuitsWeights(in Conv2dSizes s) => Suits(s) && (s.Window.Rows.Kernel == 3 || s.OutHeight * s.OutWidth >= MinTermsOfFive);

    /// <summary>The convolution of dy that gives dx: weights rotated by 180 degrees, channels and filters exchanged.</summary>
    public static Conv2dSizes Transpose(in Conv2dSizes s) =>
        new(
            s.Filters, s.OutHeight, s.OutWidth, s.Channels,
            Window2d.Square(s.Window.Rows.Kernel, padding: s.Window.Rows.Kernel - 1 - s.Window.Rows.Before));

    /// <summary>Whether <see cref="Transpose"/> is a convolution that suits.</summary>
    public static bool SuitsTransposed(in Conv2dSizes s) => Fits(s) && Suits(Transpose(s));

    // Winograd's tiles are square, and their windows touch.
    static bool Fits(in Conv2dSizes s)
    {
        WindowAxis axis = s.Window.Rows;
        return axis.Kernel is 3 or 5 && axis.Before < axis.Kernel && s.Window == Window2d.Square(axis.Kernel, padding: axis.Before) && s.Groups == 1;
    }

    /// <summary>Taps along a side of the window.</summary>
    public int Kernel => Convolution.Window.Rows.Kernel;

    /// <summary>Pixels, and points, along a side of a window: 6 for three taps, 8 for five.</summary>
    public int Side => WinogradTransform.Outputs + Kernel - 1;

    /// <summary>Points of a window.</summary>
    public int Points => Side * Side;

    /// <summary>Rows of tiles in one example.</summary>
    public int TileRows => Packing.CeilDivide(Convolution.OutHeight, WinogradTransform.Outputs);

    /// <summary>Columns of tiles in one example.</summary>
    public int TileColumns => Packing.CeilDivide(Convolution.OutWidth, WinogradTransform.Outputs);

    /// <summary>Tiles of one example.</summary>
    public int Tiles => TileRows * TileColumns;

    /// <summary>
    /// The leaves of a weight gradient: those of <see cref="ReductionTree"/> over the output, a part of an example rounded to whole rows of tiles
    /// (or to tiles, where the rows are few and long).
    /// </summary>
    public ReductionTree Tree
    {
        get
        {
            var tree = ReductionTree.Over(Convolution.OutHeight, Convolution.OutWidth);
            return tree.Parts <= TileRows ? tree with { Lines = TileRows, LineLength = TileColumns } : tree with { Lines = Tiles, LineLength = 1 };
        }
    }

    /// <summary>The windows of the input.</summary>
    public WinogradTiles Windows(float* x) => Cut(x, Convolution.Height, Convolution.Width, Convolution.Channels, Side, -Convolution.Window.Rows.Before);

    /// <summary>The tiles of the output.</summary>
    public WinogradTiles Results(float* y) =>
        Cut(y, Convolution.OutHeight, Convolution.OutWidth, Convolution.Filters, WinogradTransform.Outputs, 0);

    WinogradTiles Cut(float* image, int height, int width, int channels, int side, int start) => new()
    {
        Image = image,
        Height = height,
        Width = width,
        Channels = channels,
        Side = side,
        Step = WinogradTransform.Outputs,
        Start = start,
        Rows = TileRows,
        Columns = TileColumns,
    };
}
