using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Nin.Runner.Output;

/// <summary>
/// What a command says, to people or to programs. With <c>--json</c> standard output holds JSON alone, an object a line, and what people
/// read goes to standard error; without it everything is for people, on standard output.
/// </summary>
sealed class Report
{
    const int WidthOfFiles = 160;

    readonly bool json;
    readonly TextWriter people;

    public Report(ParseResult parsed)
    {
        json = parsed.GetValue(SharedOptions.Json);
        people = json ? Console.Error : Console.Out;
        IsTerminal = json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
    }

    /// <summary>Where people read, made when it is asked for: programs need not wait for it.</summary>
    public IAnsiConsole People => field ??= CreateConsole();

    /// <summary>Whether people watch it come, so that a line may be drawn over.</summary>
    public bool IsTerminal { get; }

    /// <summary>A result: the object for programs, or what <paramref name="show"/> draws for people.</summary>
    public void Result<T>(T value, JsonTypeInfo<T> type, Action<IAnsiConsole> show)
    {
        if (json) Line(value, type);
        else show(People);
    }

    /// <summary>An object of its own line, for programs only.</summary>
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
