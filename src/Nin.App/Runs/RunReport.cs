using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Nin.App.Output;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary><c>report.html</c>: a run on one page that needs no other file: how it ended, its curves, each class, what it was asked to do.</summary>
/// <param name="manifest">What was asked.</param>
/// <param name="architecture">Of what network.</param>
/// <param name="epochs">How it went.</param>
/// <param name="kept">The epoch that its weights are of.</param>
/// <param name="test">How it ended.</param>
sealed class RunReport(Manifest manifest, Architecture architecture, IReadOnlyList<EpochMetrics> epochs, EpochMetrics kept, EvaluationResult test)
{
    const string Style = """
        :root { color-scheme: light; }
        body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #ddd; padding-bottom: .2rem; }
        .lead { color: #555; margin: .2rem 0 1.2rem; }
        .facts { display: flex; flex-wrap: wrap; gap: .8rem; } .fact { border: 1px solid #ddd; border-radius: 6px; padding: .5rem .9rem; }
        .fact b { display: block; font-size: 1.3rem; font-weight: 600; } .fact span { color: #666; font-size: .85rem; }
        img { max-width: 100%; height: auto; }
        table { border-collapse: collapse; } th, td { padding: .22rem .9rem .22rem 0; text-align: left; border-bottom: 1px solid #eee; }
        th { font-weight: 600; border-color: #ccc; } .n { text-align: right; font-variant-numeric: tabular-nums; }
        .wide { overflow-x: auto; } code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
        """;

    readonly StringBuilder html = new();

    /// <summary>The page.</summary>
    /// <param name="curves">A PNG.</param>
    /// <param name="confusion">A PNG.</param>
    public string Write(byte[] curves, byte[] confusion)
    {
        string heldOut = manifest.Options.HeldOut;
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(manifest.Model)}: {Tables.Percent(test.Accuracy)}</title><style>
            {Style}
            </style></head><body>
            <h1>{Text(manifest.Model)}</h1>
            <p class="lead">{Text(architecture.Input)} in, {architecture.Output.Channels} classes, {Tables.Count(architecture.ParameterCount)} parameters; trained on {Text(manifest.Data.Dataset)} by {Text(manifest.Device.Name)} ({Text(manifest.Device.Id)}), started {manifest.Started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}</p>
            <div class="facts">

            """);
        Fact(Tables.Percent(test.Accuracy), $"of {Tables.Count(test.Examples)} {heldOut} images");
        Fact(Tables.Fixed(test.Loss, "0.0000"), $"{heldOut} loss");
        Fact(Tables.Percent(kept.TrainAccuracy), "of the training images");
        Fact(Tables.Fixed(kept.Loss, "0.0000"), "training loss");
        Fact(Tables.Count(epochs.Count), epochs.Count == 1 ? "epoch" : "epochs");
        if (manifest.Options.Patience is not null) Fact(Tables.Count(kept.Epoch), "is the epoch of the weights");
        Fact(Tables.Fixed(kept.ExamplesPerSecond, "#,0"), "images a second");
        if (test.DeadClasses > 0) Fact(Tables.Count(test.DeadClasses), test.DeadClasses == 1 ? "dead class" : "dead classes");
        html.Append("</div>\n");
        Picture("Curves", curves);
        Picture("Confusion", confusion);
        Table("Classes", ["class", ">images", ">precision", ">recall"], test.Classes.Select(c => (string[])
            [c.Name, Tables.Count(c.Examples), Tables.Percent(c.Precision), Tables.Percent(c.Recall)]));
        Table("Epochs", [">epoch", ">loss", ">training", $">{heldOut} loss", $">{heldOut}", ">images/s"], epochs.Select(e => (string[])
            [
                Tables.Count(e.Epoch), Tables.Fixed(e.Loss, "0.0000"), Tables.Percent(e.TrainAccuracy), Tables.Fixed(e.TestLoss, "0.0000"),
                Tables.Percent(e.TestAccuracy), Tables.Fixed(e.ExamplesPerSecond, "#,0"),
            ]));
        Table("Options", ["option", "value"], Options());
        Table("Layers", ["layer", "kind", "output", ">parameters", ">multiply-adds"], architecture.Layers.Select(l => (string[])
            [l.Name, l.Kind, l.Output.ToString(), Tables.Count(l.ParameterCount), Tables.Large(l.Macs)]));
        Table("Software and data", ["", ""], Software());
        html.Append("</body></html>\n");
        return html.ToString();
    }

    IEnumerable<string[]> Options()
    {
        var options = JsonSerializer.SerializeToElement(manifest.Options, FileJson.Indented.TrainSettings);
        foreach (var option in options.EnumerateObject()) yield return [option.Name, option.Value.ToString()];
    }

    IEnumerable<string[]> Software()
    {
        var versions = manifest.Versions;
        yield return ["Nin", versions.Nin];
        yield return [".NET", versions.Dotnet];
        yield return ["system", $"{versions.System}, {versions.Processor}"];
        yield return ["threads", Tables.Count(manifest.Device.Threads)];
        yield return ["architecture", manifest.Architecture];
        foreach (var file in manifest.Data.Files) yield return [file.Name, file.Sha256];
    }

    void Fact(string value, string what) => html.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Text(value)}</b><span>{Text(what)}</span></div>\n");

    void Picture(string title, byte[] png) => html.Append(
        CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<img alt=\"{Text(title)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">\n");

    /// <summary>A heading that starts with <c>&gt;</c> belongs to a column of numbers.</summary>
    void Table(string title, string[] headings, IEnumerable<string[]> rows)
    {
        bool[] numbers = [.. headings.Select(h => h.StartsWith('>'))];
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"wide\"><table>\n");
        if (headings.Any(h => h.Length > 0)) Row("th", [.. headings.Select(h => h.TrimStart('>'))]);
        foreach (string[] row in rows) Row("td", row);
        html.Append("</table></div>\n");

        void Row(string tag, string[] cells)
        {
            html.Append("<tr>");
            for (int i = 0; i < cells.Length; i++)
            {
                // Hashes may break anywhere: no column is wider than the page.
                string cell = cells[i].Length == 64 ? $"<code>{Text(cells[i])}</code>" : Text(cells[i]);
                html.Append(CultureInfo.InvariantCulture, $"<{tag}{(numbers[i] ? " class=\"n\"" : "")}>{cell}</{tag}>");
            }

            html.Append("</tr>\n");
        }
    }

    static string Text(object value) => WebUtility.HtmlEncode(value.ToString() ?? "");
}
