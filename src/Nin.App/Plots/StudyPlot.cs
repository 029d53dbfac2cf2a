using Nin.App.Studies;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Nin.App.Plots;

/// <summary>A study that trains: test accuracy over epochs on the left, a line per run; on the right where each run ended, a line of dots per row.</summary>
static class StudyPlot
{
    const int Width = 1300, LeastHeight = 480, HeightOfRow = 44;

    public static byte[] Draw(string title, IReadOnlyList<StudyRow> rows, IReadOnlyList<FinishedRun> runs)
    {
        var palette = new ScottPlot.Palettes.ColorblindFriendly();
        StudyRow[] shown = [.. rows.Where(row => runs.Any(run => run.Row.Name == row.Name))];
        var curves = PlotStyle.Create($"{title}: a line per run", "epoch", "accuracy on the test images, %");
        var ends = PlotStyle.Create("where the runs ended (bar: mean; diamond: published)", "accuracy on the test images, %", "");
        for (int i = 0; i < shown.Length; i++)
        {
            var color = palette.GetColor(i);
            FinishedRun[] ofRow = [.. runs.Where(run => run.Row.Name == shown[i].Name)];
            for (int k = 0; k < ofRow.Length; k++)
            {
                var epochs = ofRow[k].Epochs;
                CurvesPlot.AddCurve(curves, [.. epochs.Select(e => (double)e.Epoch)], [.. epochs.Select(e => 100 * e.TestAccuracy)], color, k == 0 ? shown[i].Name : "");
            }

            AddEnds(ends, -i, color, [.. ofRow.Select(run => 100 * run.Last.TestAccuracy)], 100 * shown[i].Published?.TestAccuracy);
        }

        ends.Axes.Left.TickGenerator = new NumericManual([.. shown.Select((_, i) => (double)-i)], [.. shown.Select(row => row.Name)]);
        ends.Axes.SetLimitsY(-shown.Length + 0.4, 0.6);
        curves.ShowLegend(Alignment.LowerRight);
        CurvesPlot.SetEpochs(curves, [.. Enumerable.Range(1, runs.Max(run => run.Epochs.Count)).Select(e => (double)e)]);
        return CurvesPlot.SideBySide(curves, ends, Width, Math.Max(LeastHeight, 160 + HeightOfRow * shown.Length));
    }

    static void AddEnds(Plot plot, double y, Color color, double[] accuracies, double? published)
    {
        // Side by side rather than one upon another.
        double[] heights = [.. accuracies.Select((_, k) => y + (accuracies.Length == 1 ? 0 : 0.3 * (k / (accuracies.Length - 1.0) - 0.5)))];
        var dots = plot.Add.ScatterPoints(accuracies, heights, color);
        dots.MarkerSize = 9;
        double mean = accuracies.Average();
        var bar = plot.Add.Line(mean, y - 0.3, mean, y + 0.3);
        bar.LineColor = color;
        bar.LineWidth = 2.5f;
        if (published is not { } reported) return;
        var diamond = plot.Add.Marker(reported, y, MarkerShape.OpenDiamond, 14, PlotStyle.Ink);
        diamond.LineWidth = 2;
    }
}
