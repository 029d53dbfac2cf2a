using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Nin.App.Plots;

/// <summary><c>confusion.png</c>: a row for each true class, a column for each prediction, shaded by the share of the row.</summary>
static class ConfusionPlot
{
    const int Side = 900, Height = 860;

    /// <param name="title">What was evaluated.</param>
    /// <param name="counts">Examples, [true class, predicted class].</param>
    /// <param name="names">A name for each class.</param>
    public static byte[] Draw(string title, int[,] counts, IReadOnlyList<string> names)
    {
        int n = names.Count;
        var plot = PlotStyle.Create(title, "predicted", "true");
        var shares = Shares(counts);
        var map = plot.Add.Heatmap(shares);
        map.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        map.ManualRange = new ScottPlot.Range(0, 1);
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++) AddCount(plot, column, n - 1 - row, counts[row, column], shares[row, column]);
        }

        plot.Grid.IsVisible = false;
        plot.Axes.Left.TickGenerator = Names([.. names.Reverse()]);
        plot.Axes.Bottom.TickGenerator = Names(names);
        plot.Axes.Bottom.TickLabelStyle.Rotation = -40;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
        plot.Axes.Bottom.MinimumSize = 110;
        plot.Axes.Left.MinimumSize = 130;
        plot.Axes.SetLimits(-0.5, n - 0.5, -0.5, n - 0.5);
        return plot.GetImageBytes(Side, Height, ImageFormat.Png);
    }

    static void AddCount(Plot plot, double x, double y, int count, double share)
    {
        if (count == 0) return;
        var text = plot.Add.Text(count.ToString(CultureInfo.InvariantCulture), x, y);
        text.LabelFontName = Fonts.Default;
        text.LabelFontSize = 15;
        text.LabelAlignment = Alignment.MiddleCenter;
        text.LabelFontColor = share > 0.5 ? Colors.White : PlotStyle.Ink;
    }

    static NumericManual Names(IReadOnlyList<string> names) =>
        new([.. Enumerable.Range(0, names.Count).Select(i => (double)i)], [.. names]);

    static double[,] Shares(int[,] counts)
    {
        var shares = new double[counts.GetLength(0), counts.GetLength(1)];
        for (int row = 0; row < shares.GetLength(0); row++)
        {
            double total = 0;
            for (int column = 0; column < shares.GetLength(1); column++) total += counts[row, column];
            for (int column = 0; column < shares.GetLength(1); column++) shares[row, column] = total == 0 ? 0 : counts[row, column] / total;
        }

        return shares;
    }
}
