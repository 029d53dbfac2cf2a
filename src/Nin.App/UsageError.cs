using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nin.App;

/// <summary>The user asked for something impossible: exit code 2. Nothing else is wrong usage, whatever an exception from deep inside says.</summary>
sealed class UsageException(string message) : Exception(message);

/// <summary>What is wrong with a command line, in one line that says what is allowed.</summary>
static class UsageError
{
    public static string? Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return null;
        var command = parsed.CommandResult.Command;
        string path = PathOf(parsed.CommandResult);
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            bool isOption = token.StartsWith('-');
            if (!isOption && command.Subcommands.Count == 0) return $"unexpected '{token}' after `{path}`; see `{path} --help`.";
            string[] allowed = isOption ? OptionNames(parsed.CommandResult) : CommandNames(command);
            string kind = isOption ? "option" : "command";
            return $"unknown {kind} '{token}'{Suggestion.For(token, allowed)} `{path}` takes {string.Join(", ", allowed)}.";
        }

        if (command.Subcommands.Count > 0)
            return $"no command: use one of {string.Join(", ", CommandNames(command))}; `{path} --help` says more.";
        return $"{ErrorText.OneLine(parsed.Errors[0].Message)} See `{path} --help`.";
    }

    static string[] CommandNames(Command command) => [.. command.Subcommands.Select(c => c.Name)];

    static string[] OptionNames(CommandResult result)
    {
        var names = result.Command.Options.Select(o => o.Name).ToList();
        for (var parent = result.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is CommandResult { Command: var above }) names.AddRange(above.Options.Where(o => o.Recursive).Select(o => o.Name));
        }

        return [.. names];
    }

    static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : NinApp.Name;
}
