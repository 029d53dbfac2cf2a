using System.Globalization;
using Spectre.Console;

namespace Nin.App.Output;

/// <summary>The style of all tables, and of the numbers in them.</summary>
static class Tables
{
    /// <summary>A table; a heading that starts with <c>&gt;</c> belongs to a column of numbers.</summary>
    public static Table Create(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string heading in headings)
        {
            var column = new TableColumn($"[bold]{Markup.Escape(heading.TrimStart('>'))}[/]") { NoWrap = true };
            if (heading.StartsWith('>')) column.Alignment = Justify.Right;
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow([.. cells.Select(c => new Text(c))]);

    /// <summary>Writes a line as it is: a terminal may break it, Spectre would break it into several, and a path must stay one.</summary>
    public static void Say(this IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(line);

    /// <summary><c>1,992,166</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>762.3 M</c>.</summary>
    public static string Large(double value) => value switch
    {
        >= 1e9 => Fixed(value / 1e9, "0.00 G"),
        >= 1e6 => Fixed(value / 1e6, "0.0 M"),
        >= 1e3 => Fixed(value / 1e3, "0.0 k"),
        _ => Fixed(value, "0"),
    };

    /// <summary><c>15.2 MiB</c>.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 1L << 30 => Fixed(value / (double)(1L << 30), "0.00 GiB"),
        >= 1L << 20 => Fixed(value / (double)(1L << 20), "0.0 MiB"),
        >= 1L << 10 => Fixed(value / (double)(1L << 10), "0.0 KiB"),
        _ => Fixed(value, "0 B"),
    };

    /// <summary>A share as <c>92.1 %</c>.</summary>
    public static string Percent(double value) => Fixed(100 * value, "0.0 '%'");

    /// <summary>A number by a format, whatever the machine's language.</summary>
    public static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
