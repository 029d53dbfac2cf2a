using System.Text.Json;
using Xunit.Abstractions;

namespace Nin.Benchmarks.Gpu.Conformance;

/// <summary>What passed and what did not.</summary>
sealed class SuiteResult
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    readonly List<string> failures = [], skipped = [];

    /// <summary>Cases that there are; many run a test for each of several sizes.</summary>
    public int Cases { get; set; }

    public int CasesRun { get; private set; }

    public int Passed { get; private set; }

    public int Failed => failures.Count;

    public double Seconds { get; set; }

    public IReadOnlyList<string> Failures => failures;

    public IReadOnlyList<string> Skipped => skipped;

    /// <summary>Counts what a message of xunit says.</summary>
    public void Take(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseFinished: CasesRun++; break;
            case ITestPassed: Passed++; break;
            case ITestSkipped test: skipped.Add($"{test.Test.DisplayName}: {test.Reason}"); break;
            case ITestFailed test: Fail(test.Test.DisplayName, test); break;
            // What breaks outside of a test: a class or a fixture that cannot be made or disposed.
            case ITestClassCleanupFailure failure: Fail(failure.TestClass.Class.Name, failure); break;
            case ITestCleanupFailure failure: Fail(failure.Test.DisplayName, failure); break;
            case IErrorMessage failure: Fail("xunit", failure); break;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Indented);

    public override string ToString() =>
        $"conformance: {Passed} passed, {Failed} failed, {skipped.Count} skipped{(skipped is [var first, ..] ? $" ({first})" : "")}, {CasesRun} of {Cases} cases in {Seconds:0} s";

    void Fail(string what, IFailureInformation failure)
    {
        string text = $"{what}: {failure.ExceptionTypes[0]}: {failure.Messages[0]}";
        failures.Add(text);
        Console.Error.WriteLine($"FAILED {text}");
    }
}
