using System.Text;

namespace Nin.Generators.Emission;

/// <summary>Writes indented source; text of several lines, such as a raw string, is indented as a whole.</summary>
sealed class SourceWriter
{
    readonly StringBuilder text = new();
    int depth;

    /// <summary>Writes a line, or lines, at the present depth.</summary>
    public SourceWriter Line(string lines = "")
    {
        foreach (string line in lines.Split('\n'))
        {
            string trimmed = line.TrimEnd('\r');
            if (trimmed.Length > 0) text.Append(' ', depth * 4).Append(trimmed);
            text.Append('\n');
        }

        return this;
    }

    /// <summary>Opens a block behind a line.</summary>
    public SourceWriter Open(string line)
    {
        Line(line).Line("{");
        depth++;
        return this;
    }

    /// <summary>Closes a block.</summary>
    public SourceWriter Close()
    {
        depth--;
        return Line("}");
    }

    public override string ToString() => text.ToString();
}
