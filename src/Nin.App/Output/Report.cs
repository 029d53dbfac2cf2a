using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Nin.App.Output;

/// <summary>
/// The output of a command, for people or for programs. With <c>--json</c> standard output holds JSON alone, one object per line, and what people
/// read goes to standard error; without it everything is for people, on standard output.
/// </summary>
sealed class Report
{
    const int WidthOfFiles = 160;

    readonly bool json;
    readonly TextWriter people;

    /// <param name="parsed">Says whether <c>--json</c> was given.</param>
    /// <param name="isQuiet">True says nothing to anyone: another process of the same run says it.</param>
    public Report(ParseResult parsed, bool isQuiet = false)
    {
        json = parsed.GetValue(SharedOptions.Json) && !isQuiet;
        people = isQuiet ? TextWriter.Null : json ? Console.Error : Console.Out;
        IsTerminal = !isQuiet && (json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected);
    }

    Report(TextWriter people, bool isTerminal) => (this.people, IsTerminal) = (people, isTerminal);

    /// <summary>The same for a part of what the command does: what people read is said, and no result is printed.</summary>
    public Report WithoutResults() => new(people, IsTerminal);

    /// <summary>The console for people, created on demand: programs need not wait for it.</summary>
    public IAnsiConsole People => field ??= CreateConsole();

    /// <summary>Whether people watch the output, so that a line may be overwritten.</summary>
    public bool IsTerminal { get; }

    /// <summary>A result: the object for programs, or what <paramref name="show"/> draws for people.</summary>
    public void Result<T>(T value, JsonTypeInfo<T> type, Action<IAnsiConsole> show)
    {
        if (json) Line(value, type);
        else show(People);
    }

    /// <summary>An object on a line of its own, for programs only.</summary>
    public void Line<T>(T value, JsonTypeInfo<T> type)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
    }

    /// <summary>A remark for people.</summary>
    public void Note(string text) => people.WriteLine(text);

    IAnsiConsole CreateConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(people) });
        if (!IsTerminal) console.Profile.Width = WidthOfFiles;
        return console;
    }
}
