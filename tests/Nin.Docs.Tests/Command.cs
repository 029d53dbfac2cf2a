using System.Text.RegularExpressions;

namespace Nin.Docs.Tests;

/// <summary>A command line that a page shows.</summary>
/// <param name="Line">The page's line, from 1.</param>
/// <param name="Text">What it says, without the comment.</param>
sealed partial record Command(int Line, string Text)
{
    const string Tool = "dotnet run -c Release --project src/Nin.Runner -- ";
    const string OwnProgram = "dotnet run -c Release -- ";

    /// <summary>All of a page.</summary>
    public static IEnumerable<Command> Of(Page page) =>
        from block in page.Blocks
        where block.Kind == "sh"
        from line in block.Code.Split('\n').Select((text, i) => new Command(block.Line + i, Comment().Replace(text, "").Trim()))
        where line.Text.Length > 0
        select line;

    /// <summary>The arguments for <c>nin</c>, where that is what it starts.</summary>
    public string[]? ForTool => Text.StartsWith("nin ", StringComparison.Ordinal) ? Words(Text[4..])
        : Text.StartsWith(Tool, StringComparison.Ordinal) ? Words(Text[Tool.Length..]) : null;

    /// <summary>The arguments for the program that the page shows, where that is what it starts.</summary>
    public string[]? ForOwnProgram => Text.StartsWith(OwnProgram, StringComparison.Ordinal) ? Words(Text[OwnProgram.Length..]) : null;

    static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();
}
