using System.Reflection;
using Nin.Model.Tests.Networks;
using Nin.Model.Tests.Training;
using SessionTests = Nin.Model.Tests.Networks.QueueTests;

namespace Nin.Cuda.Tests;

/// <summary>What the tests of sessions' queues and of the upload of batches run on every device of a machine, on the simulated one: a queue that runs nothing before it must shows what is not ordered.</summary>
public sealed class SessionQueueTests : IDisposable
{
    const string Id = "cuda:0";

    readonly DeviceSet devices = new();

    /// <summary>Their tests that take a device, with the values of a row for this one.</summary>
    public static TheoryData<string, string, int> Tests
    {
        get
        {
            var tests = new TheoryData<string, string, int>();
            foreach (var type in (Type[])[typeof(SessionTests), typeof(InputFeedTests)])
            {
                foreach (var test in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.GetCustomAttribute<TheoryAttribute>() is not null))
                {
                    foreach (int prefetch in test.GetParameters().Length > 1 ? (int[])[0, 3] : [0]) tests.Add(type.FullName!, test.Name, prefetch);
                }
            }

            return tests;
        }
    }

    public void Dispose() => devices.Dispose();

    [SimulatedTheory, MemberData(nameof(Tests))]
    public void It_passes_on_the_simulated_device(string type, string name, int prefetch)
    {
        var tests = typeof(SessionTests).Assembly.GetType(type, throwOnError: true)!;
        var test = tests.GetMethod(name)!;
        object[] arguments = test.GetParameters().Length > 1 ? [Id, prefetch] : [Id];
        test.Invoke(Activator.CreateInstance(tests, devices), BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
