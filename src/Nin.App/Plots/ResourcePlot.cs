using Nin.App.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Nin.App.Plots;

/// <summary>Bytes per image, by network and batch: planned, allocated, and published where somebody has; to train on the left, to predict on the right.</summary>
static class ResourcePlot
{
    const int Width = 1300, Height = 520;
    const double WidthOfBar = 0.26;

    public static byte[] Draw(string title, IReadOnlyList<ResourceUse> uses)
    {
        var train = Panel($"{title}: to train", uses, u => u.TrainingBytes, u => u.TrainingAllocated, u => u.Published?.TrainingBytes);
        var predict = Panel("to predict", uses, u => u.InferenceBytes, u => u.InferenceAllocated, u => u.Published?.InferenceBytes);
        return CurvesPlot.SideBySide(train, predict, Width, Height);
    }

    static Plot Panel(
        string title, IReadOnlyList<ResourceUse> uses, Func<ResourceUse, double> planned, Func<ResourceUse, double> allocated, Func<ResourceUse, double?> published)
    {
        var plot = PlotStyle.Create(title, "", "megabytes per image (of the batch's total)");
        Add(plot, uses, -WidthOfBar, PlotStyle.Blue, "planned", u => planned(u) / u.Batch);
        Add(plot, uses, 0, PlotStyle.Orange, "allocated", u => allocated(u) / u.Batch);
        Add(plot, uses, WidthOfBar, PlotStyle.Ink, "published", published);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. uses.Select((_, i) => (double)i)], [.. uses.Select(u => $"{u.Row}\nbatch {u.Batch}")]);
        plot.Axes.Margins(bottom: 0);
        plot.ShowLegend(Alignment.UpperRight);
        plot.Legend.FontName = Fonts.Default;
        return plot;
    }

    static void Add(Plot plot, IReadOnlyList<ResourceUse> uses, double offset, Color color, string name, Func<ResourceUse, double?> bytes)
    {
        Bar[] bars = [.. uses.Select((use, i) => (use, i)).Where(u => bytes(u.use) is not null).Select(u => new Bar
        {
            Position = u.i + offset, Value = bytes(u.use)!.Value / 1e6, Size = WidthOfBar * 0.9, FillColor = color, LineWidth = 0,
        })];
        if (bars.Length > 0) plot.Add.Bars(bars).LegendText = name;
    }
}
