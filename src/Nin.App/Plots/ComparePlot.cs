using Nin.Training;
using ScottPlot;

namespace Nin.App.Plots;

/// <summary>The curves of several runs: losses on the left, test accuracies on the right, a colour each.</summary>
static class ComparePlot
{
    const int Width = 1300, Height = 520;

    public static byte[] Draw(IReadOnlyList<(string Name, IReadOnlyList<EpochMetrics> Epochs)> runs)
    {
        var loss = PlotStyle.Create("training loss", "epoch", "mean cross entropy");
        var accuracy = PlotStyle.Create("accuracy on the test images", "epoch", "accuracy, %");
        var palette = new ScottPlot.Palettes.ColorblindFriendly();
        for (int i = 0; i < runs.Count; i++)
        {
            var (name, epochs) = runs[i];
            double[] x = [.. epochs.Select(e => (double)e.Epoch)];
            var color = palette.GetColor(i);
            CurvesPlot.AddCurve(loss, x, [.. epochs.Select(e => e.Loss)], color, name);
            CurvesPlot.AddCurve(accuracy, x, [.. epochs.Select(e => 100 * e.TestAccuracy)], color, name);
        }

        double[] longest = [.. Enumerable.Range(1, runs.Max(r => r.Epochs.Count)).Select(e => (double)e)];
        loss.ShowLegend(Alignment.UpperRight);
        accuracy.ShowLegend(Alignment.LowerRight);
        foreach (var plot in (Plot[])[loss, accuracy]) CurvesPlot.SetEpochs(plot, longest);
        return CurvesPlot.SideBySide(loss, accuracy, Width, Height);
    }
}
