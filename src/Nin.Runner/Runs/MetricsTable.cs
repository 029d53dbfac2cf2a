using System.Globalization;
using Nin.Training;

namespace Nin.Runner.Runs;

/// <summary><c>metrics.csv</c>: a row an epoch; numbers read back to the same bits.</summary>
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

    /// <exception cref="InvalidDataException">A row is not one of this table.</exception>
    public static IReadOnlyList<EpochMetrics> Read(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Skip(1).Select(Parse)];
        }
        catch (Exception exception) when (exception is FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path} is no table of metrics; delete it and resume again.", exception);
        }
    }

    static EpochMetrics Parse(string row)
    {
        string[] cells = row.Split(',');
        double Number(int i) => double.Parse(cells[i], CultureInfo.InvariantCulture);
        return new EpochMetrics((int)Number(0), Number(1), Number(2), Number(3), Number(4), Number(5), (int)Number(6));
    }
}
