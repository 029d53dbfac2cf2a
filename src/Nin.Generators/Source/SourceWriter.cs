using System.Text;

namespace Nin.Generators.Source;

/// <summary>
/// Writes indented source; text of several lines, such as a raw string, is indented as a whole. Callers write Nin's types in full; where
/// nothing hides them, the file imports their namespaces and the writer leaves these out, which reads better.
/// </summary>
sealed class SourceWriter(bool fullNames = false)
{
    const int Indent = 4;
    const int WidestLine = 140;

    readonly StringBuilder text = new();
    int depth;

    /// <summary>Writes a line, or lines, at the current depth.</summary>
    public SourceWriter Line(string lines = "")
    {
        foreach (string line in lines.Split('\n'))
        {
            string trimmed = Named(line).TrimEnd();
            if (trimmed.Length > 0) text.Append(' ', depth * Indent).Append(trimmed);
            text.Append('\n');
        }

        return this;
    }

    /// <summary>Writes lines one step deeper.</summary>
    public SourceWriter Deeper(string lines)
    {
        depth++;
        Line(lines);
        depth--;
        return this;
    }

    /// <summary>Writes a call on one line, or with its arguments on a line of their own where that is too wide.</summary>
    /// <param name="head">Up to and including the opening parenthesis.</param>
    /// <param name="arguments">What is in the parentheses.</param>
    /// <param name="tail">From the closing parenthesis on.</param>
    public SourceWriter Call(string head, string arguments, string tail = ");") =>
        Fits(head + arguments + tail) ? Line(head + arguments + tail) : Line(head).Deeper(arguments + tail);

    /// <summary>Writes a documentation comment: on one line, or with its parts on lines of their own where that is too wide.</summary>
    public SourceWriter Summary(params string[] parts)
    {
        string line = $"/// <summary>{string.Join(" ", parts)}</summary>";
        return Fits(line) ? Line(line) : Line($"/// <summary>\n/// {string.Join("\n/// ", parts)}\n/// </summary>");
    }

    /// <summary>Opens a block after a line.</summary>
    public SourceWriter Open(string line) => Line(line).Open();

    /// <summary>Opens a block.</summary>
    public SourceWriter Open()
    {
        Line("{");
        depth++;
        return this;
    }

    /// <summary>Closes a block.</summary>
    /// <param name="tail">What comes after the brace.</param>
    public SourceWriter Close(string tail = "")
    {
        depth--;
        return Line($"}}{tail}");
    }

    public override string ToString() => text.ToString();

    bool Fits(string line) => depth * Indent + Named(line).Length <= WidestLine;

    string Named(string line) => fullNames || line.StartsWith("using ", StringComparison.Ordinal)
        ? line
        : line.Replace("global::Nin.Dimensions.", "").Replace("global::Nin.Layers.", "").Replace("global::Nin.Ops.", "").Replace("global::Nin.Training.", "").Replace("global::Nin.Data.", "")
            .Replace("global::Nin.", "");
}
