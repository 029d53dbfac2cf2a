using Nin.Training;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Nin.App.Plots;

/// <summary><c>curves.png</c>: the losses on the left, both accuracies on the right, over epochs.</summary>
static class CurvesPlot
{
    const int Width = 1200, Height = 480;

    public static byte[] Draw(string title, IReadOnlyList<EpochMetrics> epochs, EpochMetrics kept, string heldOut)
    {
        double[] x = [.. epochs.Select(e => (double)e.Epoch)];
        var loss = PlotStyle.Create($"{title}: loss", "epoch", "mean cross entropy");
        AddCurve(loss, x, [.. epochs.Select(e => e.Loss)], PlotStyle.Blue, "training");
        AddCurve(loss, x, [.. epochs.Select(e => e.TestLoss)], PlotStyle.Orange, heldOut);
        loss.Axes.SetLimitsY(0, 1.1 * Largest(epochs.SelectMany(e => (double[])[e.Loss, e.TestLoss])));
        loss.ShowLegend(Alignment.UpperRight);

        var accuracy = PlotStyle.Create($"accuracy ({Output.Tables.Percent(kept.TestAccuracy)} on the {heldOut} images)", "epoch", "accuracy, %");
        AddCurve(accuracy, x, [.. epochs.Select(e => 100 * e.TrainAccuracy)], PlotStyle.Blue, "training");
        AddCurve(accuracy, x, [.. epochs.Select(e => 100 * e.TestAccuracy)], PlotStyle.Orange, heldOut);
        accuracy.ShowLegend(Alignment.LowerRight);
        foreach (var plot in (Plot[])[loss, accuracy]) SetEpochs(plot, x);

        return SideBySide(loss, accuracy, Width, Height);
    }

    /// <summary>Two plots in one picture.</summary>
    public static byte[] SideBySide(Plot left, Plot right, int width, int height)
    {
        var panels = new Multiplot();
        panels.RemovePlot(panels.GetPlot(0));
        panels.AddPlot(left);
        panels.AddPlot(right);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        return panels.Render(width, height).GetImageBytes(ImageFormat.Png, 100);
    }

    public static void AddCurve(Plot plot, double[] x, double[] y, Color color, string name)
    {
        var curve = plot.Add.Scatter(x, y, color);
        curve.LineWidth = 2.5f;
        curve.MarkerSize = x.Length > 40 ? 0 : 8;
        curve.LegendText = name;
    }

    public static void SetEpochs(Plot plot, double[] x)
    {
        plot.Legend.FontSize = 14;
        plot.Legend.FontName = Fonts.Default;
        double first = x.Length == 0 ? 0 : x[0], last = x.Length == 0 ? 1 : x[^1];
        double margin = Math.Max(0.25, 0.03 * (last - first));
        plot.Axes.SetLimitsX(first - margin, last + margin);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, MinorTickGenerator = new NoMinorTicks() };
        plot.Axes.Left.MinimumSize = 64;
    }

    // A run that diverged has no finite loss; its picture says so by being empty.
    static double Largest(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(1).Max();
}
