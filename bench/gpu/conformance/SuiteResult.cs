using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace Nin.Benchmarks.Gpu.Conformance;

/// <summary>What passed and what did not, so far. A signal may ask for it while a test is on its way.</summary>
sealed class SuiteResult
{
    static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    readonly Lock gate = new();
    readonly long start = Stopwatch.GetTimestamp();
    readonly List<string> failures = [], skipped = [];

    /// <summary>Whether all classes had their time.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Cases that there are in the classes that have begun; many run a test for each of several sizes.</summary>
    public int Cases { get; private set; }

    public int CasesRun { get; private set; }

    public int Passed { get; private set; }

    public int Failed => failures.Count;

    public double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    public IReadOnlyList<string> Failures => failures;

    public IReadOnlyList<string> Skipped => skipped;

    /// <summary>Counts the cases of a class.</summary>
    public void Add(int cases)
    {
        lock (gate) Cases += cases;
    }

    /// <summary>Counts what a message of xunit says.</summary>
    public void Take(IMessageSinkMessage message)
    {
        lock (gate) Count(message);
    }

    /// <summary>Writes it as JSON. A file that another process reads, or that is left where this one is killed, is whole.</summary>
    public void Write(string file)
    {
        lock (gate)
        {
            File.WriteAllText(file + ".new", JsonSerializer.Serialize(this, Indented));
            File.Move(file + ".new", file, overwrite: true);
        }
    }

    public override string ToString()
    {
        lock (gate)
        {
            string why = skipped is [var first, ..] ? $" ({first})" : "";
            return $"conformance: {Passed} passed, {Failed} failed, {skipped.Count} skipped{why}, {CasesRun} of {Cases} cases in {Seconds:0} s";
        }
    }

    void Count(IMessageSinkMessage message)
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

    void Fail(string what, IFailureInformation failure)
    {
        string text = $"{what}: {failure.ExceptionTypes[0]}: {failure.Messages[0]}";
        failures.Add(text);
        Console.Error.WriteLine($"FAILED {text}");
    }
}
