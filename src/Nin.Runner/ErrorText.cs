using System.Text.RegularExpressions;

namespace Nin.Runner;

/// <summary>An exception as the one line that a user reads.</summary>
static partial class ErrorText
{
    public static string Of(Exception exception)
    {
        var cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
        return OneLine(FrameworkAdditions().Replace(cause.Message, ""));
    }

    /// <summary>Text without line breaks.</summary>
    public static string OneLine(string text) => LineBreaks().Replace(text, " ").Trim();

    // ArgumentException puts the parameter's name after the message, ArgumentOutOfRangeException the value after that.
    [GeneratedRegex(@" \(Parameter '[^']*'\)(\r?\nActual value was .*)?$", RegexOptions.Singleline)]
    private static partial Regex FrameworkAdditions();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreaks();
}
