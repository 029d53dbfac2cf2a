using System.CommandLine;

namespace Nin.Runner.Tests;

/// <summary>What an exception means to the user: a mistake of the program is never called wrong usage.</summary>
public sealed class ErrorCodeTests
{
    static readonly Dictionary<string, Func<int>> Bugs = new()
    {
        ["argument"] = () => throw new ArgumentException("Thrown deep inside.", "x"),
        ["range"] = () => throw new ArgumentOutOfRangeException("x", 3, "Thrown deep inside."),
        ["null argument"] = () => throw new ArgumentNullException("x"),
        ["null"] = () => ((string)null!).Length,
        ["index"] = () => Array.Empty<int>()[Bugs!.Count],
        ["key"] = () => new Dictionary<int, int>()[1],
        ["cast"] = () => (int)(object)"1",
        ["disposed"] = () => throw new ObjectDisposedException("x"),
        ["overflow"] = () => checked(int.MaxValue + Bugs!.Count),
        ["wrapped"] = () => throw new AggregateException(new ArgumentException("Thrown deep inside.")),
    };

    public static TheoryData<string> Names => [.. Bugs.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_bug_is_an_internal_error_and_exit_code_1(string bug)
    {
        var (code, error) = await Run(Bugs[bug]);
        code.Should().Be(1);
        error.Should().StartWith($"{NinApp.Name}: internal error, ").And.Contain("--verbose").And.NotContain("Actual value").And.NotContain("   at ");
        error.TrimEnd('\n').Should().NotContain("\n");
    }

    [Fact]
    public async Task Verbose_shows_where_a_bug_is()
    {
        var (code, error) = await Run(Bugs["argument"], "--verbose");
        code.Should().Be(1);
        error.Should().Contain("System.ArgumentException: Thrown deep inside.").And.Contain("   at Nin.Runner.Tests.ErrorCodeTests");
    }

    [Fact]
    public async Task What_goes_wrong_in_the_world_is_exit_code_1_and_said_as_it_is() =>
        (await Run(() => throw new InvalidDataException("The file is damaged."))).Should().Be((1, $"{NinApp.Name}: The file is damaged.\n"));

    [Fact]
    public async Task Wrong_usage_is_exit_code_2() => (await Run(() => throw new UsageException("--a excludes --b."))).Should().Be((2, $"{NinApp.Name}: --a excludes --b.\n"));

    [Fact]
    public async Task A_cancellation_that_no_signal_asked_for_is_a_failure() => (await Run(() => throw new OperationCanceledException())).Code.Should().Be(1);

    static async Task<(int Code, string Error)> Run(Func<int> fault, params string[] more)
    {
        var command = new Command("break");
        command.SetAction(_ => fault());
        var error = new StringWriter { NewLine = "\n" };
        int code = await CommandLine.RunAsync(new RootCommand { SharedOptions.Verbose, command }, ["break", .. more], error);
        return (code, error.ToString());
    }
}
