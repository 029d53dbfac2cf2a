using System.Globalization;
using Nin.Training;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Nin.App.Plots;

/// <summary>The losses of a learning rate range test over the rate's logarithm, and the rate that it suggests.</summary>
static class RatePlot
{
    const int Width = 900, Height = 540;

    public static byte[] Draw(string title, LearningRateSearch search)
    {
        var plot = PlotStyle.Create(title, "learning rate", "loss");
        double[] x = [.. search.Points.Select(p => Math.Log10(p.LearningRate))];
        var losses = plot.Add.Scatter(x, [.. search.Points.Select(p => p.Loss)], PlotStyle.GridLine.Darken(0.2));
        losses.MarkerSize = 0;
        losses.LegendText = "of each batch";
        var smooth = plot.Add.Scatter(x, [.. search.Points.Select(p => p.SmoothLoss)], PlotStyle.Blue);
        smooth.MarkerSize = 0;
        smooth.LineWidth = 2.5f;
        smooth.LegendText = "smoothed";
        if (search.Suggested is { } rate)
        {
            var line = plot.Add.VerticalLine(Math.Log10(rate), 2, PlotStyle.Orange, LinePattern.Dashed);
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"steepest descent: {rate:0.#e+0}");
        }

        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true, MinorTickGenerator = new LogMinorTickGenerator(),
            LabelFormatter = power => Math.Pow(10, power).ToString("0.######", CultureInfo.InvariantCulture),
        };
        plot.Legend.FontSize = 14;
        plot.Legend.FontName = Fonts.Default;
        plot.ShowLegend(Alignment.UpperLeft);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
