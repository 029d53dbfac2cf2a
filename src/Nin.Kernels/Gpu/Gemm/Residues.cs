namespace Nin.Ops;

/// <summary>
/// The dgrad of a strided convolution, cut into products of which each reads all its taps. A result pixel reads every strideth tap of the window, and which ones
/// depends on its residue; walking all taps, three of four multiplications would be by zero at stride 2, and fifteen of sixteen at stride 4.
/// </summary>
/// <param name="Problem">The product of one residue of each axis. It may read no tap at all: its results are zeros.</param>
/// <param name="Results">Where its pixels are in the whole result.</param>
readonly record struct ResidueGemm(GemmProblem Problem, ResiduePixels Results)
{
    /// <summary>Whether a product has residues to be cut into. Pixels are counted in 32 bits there; a larger batch walks all taps.</summary>
    public static bool Cuts(in GemmProblem problem, int n)
    {
        var g = problem.Geometry;
        return (g.Rows.Divisor > 1 || g.Columns.Divisor > 1) && (long)n * g.Pixels <= int.MaxValue;
    }

    /// <summary>The product of the results of one residue of each axis.</summary>
    public static ResidueGemm Of(in GemmProblem problem, int rowResidue, int columnResidue)
    {
        var g = problem.Geometry;
        ResidueAxis rows = g.Rows.Residue(rowResidue), columns = g.Columns.Residue(columnResidue);
        bool reads = rows.Taps > 0 && columns.Taps > 0;
        var geometry = g with { Rows = Axis(rows, reads ? rows.Taps : 0), Columns = Axis(columns, reads ? columns.Taps : 1) };
        var taps = new WeightTaps(
            Least(rows) * problem.Taps.RowStep + Least(columns), Math.Abs(rows.TapStep) * problem.Taps.RowStep, Math.Abs(columns.TapStep));
        return new(
            problem with { Geometry = geometry, Taps = taps },
            new(IsPart: 1, g.Rows.Results, g.Columns.Results, rows.First, columns.First, rows.ResultStep, columns.ResultStep,
                Divisor.Of(Math.Max(1, rows.Results)), Divisor.Of(Math.Max(1, columns.Results))));
    }

    // In the window's own order, in which every other product sums, so that its bits are those of walking all taps.
    static TapAxis Axis(ResidueAxis a, int taps) =>
        new(a.Results, a.Sources, taps, a.Scale, a.Start + Math.Max(0, a.Taps - 1) * a.SourceStep, -a.SourceStep, Divisor: 1);

    static int Least(ResidueAxis a) => a.Taps == 0 ? 0 : Math.Min(a.FirstTap, a.TapAt(a.Taps - 1));
}

/// <summary>Which tap of the weights each tap of a product is.</summary>
/// <param name="First">Of tap (0, 0).</param>
/// <param name="RowStep">From a row of taps to the next.</param>
/// <param name="ColumnStep">From a column to the next.</param>
readonly record struct WeightTaps(int First, int RowStep, int ColumnStep)
{
    /// <summary>Every tap is its own.</summary>
    public static WeightTaps All(in ConvolutionGeometry g) => new(0, g.Columns.Taps, 1);
}

/// <summary>Which pixels of the whole result those of a product are; all of them where it is the default.</summary>
/// <param name="IsPart">1 where they are those of a residue.</param>
/// <param name="AllRows">Rows of the whole result.</param>
/// <param name="AllColumns">Its columns.</param>
/// <param name="FirstRow">The row of the product's first.</param>
/// <param name="FirstColumn">The column of its first.</param>
/// <param name="RowStep">Rows from one of its to the next.</param>
/// <param name="ColumnStep">Columns from one of its to the next.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Columns">Its columns.</param>
readonly record struct ResiduePixels(
    int IsPart, int AllRows, int AllColumns, int FirstRow, int FirstColumn, int RowStep, int ColumnStep, Divisor Rows, Divisor Columns)
{
    /// <summary>The number in the whole result of a pixel of the product.</summary>
    public long Place(long pixel)
    {
        if (IsPart == 0) return pixel;
        int number = (int)pixel, line = Columns.Divide(number), example = Rows.Divide(line);
        int row = FirstRow + (line - example * Rows.Value) * RowStep, column = FirstColumn + (number - line * Columns.Value) * ColumnStep;
        return (example * AllRows + row) * AllColumns + column;
    }
}
