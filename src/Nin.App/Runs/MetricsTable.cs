using System.Globalization;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary><c>metrics.csv</c>: a row per epoch; numbers read back to the same bits.</summary>
static class MetricsTable
{
    const string Header = "epoch,loss,trainAccuracy,testLoss,testAccuracy,examplesPerSecond,deadClasses";

    public static void Write(Stream stream, IReadOnlyList<EpochMetrics> epochs)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header);
        foreach (var e in epochs)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{e.Epoch},{e.Loss:R},{e.TrainAccuracy:R},{e.TestLoss:R},{e.TestAccuracy:R},{e.ExamplesPerSecond:F1},{e.DeadClasses}"));
        }
    }

    /// <summary>Reads the rows of epoch 1 to the last.</summary>
    /// <exception cref="InvalidDataException">A row is not one of this table, or an epoch is missing or there twice.</exception>
    public static IReadOnlyList<EpochMetrics> Read(string path)
    {
        var epochs = new List<EpochMetrics>();
        bool first = true;
        foreach (string row in File.ReadLines(path))
        {
            if (!first) epochs.Add(Parse(row, epochs.Count + 1) ?? throw Damaged(path, $"line {epochs.Count + 2} must be that of epoch {epochs.Count + 1}"));
            else if (row != Header) throw Damaged(path, $"the first line must be {Header}");
            first = false;
        }

        return first ? throw Damaged(path, "it is empty") : epochs;
    }

    static InvalidDataException Damaged(string path, string what) =>
        new($"{path} is not a valid table of metrics: {what}. Put it back, or start a new run.");

    static EpochMetrics? Parse(string row, int epoch)
    {
        string[] cells = row.Split(',', 8);
        if (cells.Length != 7 || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number != epoch
            || !int.TryParse(cells[6], NumberStyles.None, CultureInfo.InvariantCulture, out int dead))
            return null;
        Span<double> values = stackalloc double[5];
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.TryParse(cells[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])) return null;
        }

        return new EpochMetrics(epoch, values[0], values[1], values[2], values[3], values[4], dead);
    }
}
