using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// Finds the cases of a <see cref="DeviceTheoryAttribute"/>. An attribute of an inherited method cannot know the device of the class that
/// inherits it; here the class is known.
/// </summary>
public sealed class DeviceTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute)
    {
        string? skipped = Skipped(testMethod.TestClass.Class.ToRuntimeType(), testMethod.Method.Name);
        return skipped is null
            ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            : CreateTestCasesForSkippedDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow: null, skipped);
    }

    static string? Skipped(Type testClass, string test) => (string?)typeof(DeviceTheoryDiscoverer)
        .GetMethod(nameof(SkippedOn), BindingFlags.Static | BindingFlags.NonPublic)!
        .MakeGenericMethod(testClass.BaseType!.GetGenericArguments().Single())
        .Invoke(null, [test]);

    static string? SkippedOn<TDevice>(string test)
        where TDevice : IDeviceUnderTest => TDevice.Missing ?? (Long.IsAskedFor ? null : TDevice.LeftOut(test));
}
