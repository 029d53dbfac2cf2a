using System.Text.Json;

namespace Nin.Runner.Tests;

/// <summary>What a run of <c>nin</c> left.</summary>
sealed record NinOutcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, which must be one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Standard output, which must be one JSON object a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Asserts success and returns itself.</summary>
    public NinOutcome Succeeded()
    {
        ExitCode.Should().Be(0, "nin says on standard error: {0}", Error);
        return this;
    }

    /// <summary>Asserts an exit code with one line on standard error, nothing on standard output, and returns the line.</summary>
    public string FailedWith(int code)
    {
        string line = LastErrorLine(code);
        Error.TrimEnd('\n').Should().NotContain("\n", "an error is one line");
        return line;
    }

    /// <summary>As <see cref="FailedWith"/>, for a command that says what it does before it fails.</summary>
    public string LastErrorLine(int code)
    {
        ExitCode.Should().Be(code, "nin says on standard error: {0}", Error);
        Output.Should().BeEmpty();
        string line = Error.TrimEnd('\n').Split('\n')[^1];
        line.Should().StartWith("nin: ");
        Error.Should().NotContain("   at ", "a stack trace is for --verbose");
        return line;
    }
}
