using System.Text.RegularExpressions;

namespace Nin.App;

/// <summary>An exception as the one line that a user reads.</summary>
static partial class ErrorText
{
    public static string Of(Exception exception)
    {
        var cause = exception is AggregateException { InnerExceptions: [var only] } ? only : exception;
        string message = Message(cause);
        return IsBug(cause) ? $"internal error, {cause.GetType().Name}: {message} It is not your fault: please report it with what --verbose shows." : message;
    }

    /// <summary>What only a mistake in this program can throw: whatever is wrong with arguments, files or devices comes as something else.</summary>
    static bool IsBug(Exception exception) => exception is ArgumentException or NullReferenceException or IndexOutOfRangeException
        or InvalidCastException or KeyNotFoundException or ObjectDisposedException or NotImplementedException or ArithmeticException;

    /// <summary>What an exception says, in one line and without what the framework adds.</summary>
    public static string Message(Exception exception) => OneLine(FrameworkAdditions().Replace(exception.Message, ""));

    /// <summary>Text without line breaks.</summary>
    public static string OneLine(string text) => LineBreaks().Replace(text, " ").Trim();

    // ArgumentException puts the parameter's name after the message, ArgumentOutOfRangeException the value after that.
    [GeneratedRegex(@" \(Parameter '[^']*'\)(\r?\nActual value was .*)?$", RegexOptions.Singleline)]
    private static partial Regex FrameworkAdditions();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreaks();
}
