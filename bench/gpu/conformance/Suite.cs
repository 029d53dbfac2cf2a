using System.Diagnostics;
using System.Reflection;
using Nin.Kernels.Tests.Conformance;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Nin.Benchmarks.Gpu.Conformance;

/// <summary>The conformance tests of the repository on the device that this machine has, without an SDK or a test host: xunit's framework in this process.</summary>
static class Suite
{
    static readonly Dictionary<string, Type[]> Classes = new()
    {
        ["cuda"] = [typeof(ShapesOnCuda), typeof(ShapesOnCudaTf32), typeof(ShapesOnCudaTf32x3), typeof(OnCuda), typeof(OnCudaTf32), typeof(OnCudaTf32x3)],
        ["opencl"] = [typeof(OnOpenCl)],
    };

    public static IEnumerable<string> Kinds => Classes.Keys;

    /// <summary>Runs the classes of a kind of device, one after another, as far as the time allows; a share of it for each, so that each precision is tried.</summary>
    /// <param name="kind">Of <see cref="Kinds"/>.</param>
    /// <param name="time">For all of them.</param>
    /// <param name="result">Counts what they say.</param>
    /// <param name="save">Keeps the result: before and after each class, and every second on the way.</param>
    public static void Run(string kind, TimeSpan time, SuiteResult result, Action save)
    {
        long start = Stopwatch.GetTimestamp();
        Type[] classes = Classes[kind];
        for (int i = 0; i < classes.Length; i++)
        {
            Run(classes[i], (time - Stopwatch.GetElapsedTime(start)) / (classes.Length - i), result, save);
            save();
            Console.WriteLine($"{classes[i].Name}: {result}");
        }
    }

    static void Run(Type tests, TimeSpan time, SuiteResult result, Action save)
    {
        using var framework = new XunitTestFramework(new Sink(_ => true));
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(tests.Assembly));
        List<ITestCase> cases = [];
        using (var found = new Sink(message =>
        {
            if (message is ITestCaseDiscoveryMessage one) cases.Add(one.TestCase);
            return true;
        }))
        {
            discoverer.Find(tests.FullName!, includeSourceInformation: false, found, new Options());
            found.Wait();
        }

        result.Add(cases.Count);
        save();
        long saved = Stopwatch.GetTimestamp();
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        using var executor = framework.GetExecutor(tests.Assembly.GetName());
        // A message that is answered with false ends the run after the case that it is about.
        using var ran = new Sink(message =>
        {
            result.Take(message);
            if (Stopwatch.GetElapsedTime(saved).TotalSeconds >= 1)
            {
                save();
                saved = Stopwatch.GetTimestamp();
            }

            return Stopwatch.GetTimestamp() < end;
        });
        executor.RunTests(cases, ran, new Options());
        ran.Wait();
    }

    /// <summary>Hands messages on, and knows the last one.</summary>
    sealed class Sink(Func<IMessageSinkMessage, bool> take) : Xunit.LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        readonly ManualResetEventSlim done = new();
        readonly Lock gate = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            bool goesOn;
            lock (gate) goesOn = take(message);
            if (message is IDiscoveryCompleteMessage or ITestAssemblyFinished) done.Set();
            return goesOn;
        }

        public void Wait() => done.Wait();

        public void Dispose() => done.Dispose();
    }

    /// <summary>One test at a time: a fault of a kernel is the whole context's.</summary>
    sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        readonly Dictionary<string, object?> values = new()
        {
            ["xunit.execution.DisableParallelization"] = true, ["xunit.execution.SynchronousMessageReporting"] = true,
            ["xunit.discovery.SynchronousMessageReporting"] = true, ["xunit.discovery.PreEnumerateTheories"] = true,
        };

        public TValue? GetValue<TValue>(string name) => values.TryGetValue(name, out object? value) ? (TValue?)value : default;

        public void SetValue<TValue>(string name, TValue value) => values[name] = value;
    }
}
