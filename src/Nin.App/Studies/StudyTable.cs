using System.Globalization;
using System.Text;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Studies;

/// <summary>What the runs of a row have in common: means over the seeds, and how far apart they lie.</summary>
readonly record struct RowSummary(
    StudyRow Row, ModelEntry Model, int Runs, double Loss, double TrainAccuracy, double TestAccuracy, double Deviation, double Least, double Most, int WithDeadClass,
    double ExamplesPerSecond)
{
    public static RowSummary Of(IReadOnlyList<FinishedRun> runs)
    {
        double[] test = [.. runs.Select(r => r.Last.TestAccuracy)];
        double mean = test.Average();
        // Of a sample: one run has none.
        double deviation = test.Length > 1 ? Math.Sqrt(test.Sum(a => (a - mean) * (a - mean)) / (test.Length - 1)) : double.NaN;
        double[] speeds = [.. runs.Select(r => r.Last.ExamplesPerSecond).Order()];
        return new RowSummary(
            runs[0].Row, runs[0].Model, runs.Count, runs.Average(r => r.Last.Loss), runs.Average(r => r.Last.TrainAccuracy), mean, deviation, test.Min(), test.Max(),
            runs.Count(r => r.Last.DeadClasses > 0), speeds[speeds.Length / 2]);
    }
}

/// <summary>A study's table: a line per row, in the order of the study; rows without a run are left out.</summary>
sealed class StudyTable(Study study, StudyScale scale, IReadOnlyList<FinishedRun> runs)
{
    static readonly string[] Headings =
        ["row", ">runs", ">loss", ">training", ">test", ">sd", ">least", ">most", ">with a dead class", ">parameters", ">multiply-adds", ">examples/s", ">published"];

    IEnumerable<string[]> Lines() => runs.GroupBy(r => r.Row.Name).Select(g => RowSummary.Of([.. g]))
        .OrderBy(s => scale.Rows.TakeWhile(r => r.Name != s.Row.Name).Count()).Select(s => (string[])
        [
            s.Row.Name, Tables.Count(s.Runs), Tables.Fixed(s.Loss, "0.0000"), Tables.Percent(s.TrainAccuracy), Tables.Percent(s.TestAccuracy),
            double.IsNaN(s.Deviation) ? "" : Tables.Percent(s.Deviation), Tables.Percent(s.Least), Tables.Percent(s.Most), Tables.Count(s.WithDeadClass),
            Tables.Count(s.Model.Architecture().ParameterCount), Tables.Large(s.Model.Architecture().Macs), Tables.Fixed(s.ExamplesPerSecond, "#,0"),
            s.Row.Published is { } p ? $"{Tables.Fixed(p.Loss, "0.000")}, {Tables.Percent(p.TrainAccuracy)}, {Tables.Percent(p.TestAccuracy)}" : "",
        ]);

    public void Show(IAnsiConsole console)
    {
        var table = Tables.Create(Headings);
        foreach (string[] line in Lines()) table.Add(line);
        console.Write(table);
    }

    /// <summary><c>table.md</c>: what was asked, at what size, by which command, and the answer.</summary>
    public byte[] Markdown(string command)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {study.Name}\n\n{study.Question} Scale {scale.Name}: {scale.Description}.\n\n    {command}\n\n");
        MarkdownTable.Append(text, Headings, Lines());
        text.Append("\nMeans over the seeds; test accuracies with their standard deviation. Each run has a folder with its manifest:\n\n");
        foreach (var run in runs)
            text.Append(CultureInfo.InvariantCulture, $"- {run.Row.Name}, seed {run.Settings.Seed}: {Tables.Percent(run.Last.TestAccuracy)}, `{run.Folder.Path}`\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary><c>runs.csv</c>: a line per run, with all digits.</summary>
    public static byte[] Csv(IReadOnlyList<ExperimentRow> rows)
    {
        var text = new StringBuilder("row,seed,model,parameters,macs,epochs,loss,trainAccuracy,testLoss,testAccuracy,deadClasses,examplesPerSecond\n");
        foreach (var r in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{r.Row},{r.Seed},{r.Model},{r.Parameters},{r.Macs},{r.Epochs},{r.Loss:R},{r.TrainAccuracy:R},{r.TestLoss:R},{r.TestAccuracy:R},{r.DeadClasses},{r.ExamplesPerSecond:F1}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>Tables for files; a heading that starts with <c>&gt;</c> belongs to a column of numbers.</summary>
static class MarkdownTable
{
    public static void Append(StringBuilder text, string[] headings, IEnumerable<string[]> lines)
    {
        Line(headings.Select(h => h.TrimStart('>')));
        Line(headings.Select(h => h.StartsWith('>') ? "---:" : "---"));
        foreach (string[] line in lines) Line(line);

        void Line(IEnumerable<string> cells) => text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
    }
}
