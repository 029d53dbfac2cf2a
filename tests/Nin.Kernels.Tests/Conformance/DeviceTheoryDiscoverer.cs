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
        string? missing = Missing(testMethod.TestClass.Class.ToRuntimeType());
        return missing is null
            ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            : CreateTestCasesForSkippedDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow: null, missing);
    }

    static string? Missing(Type testClass)
    {
        Type device = testClass.BaseType!.GetGenericArguments().Single();
        return (string?)device.GetProperty(nameof(IDeviceUnderTest.Missing), BindingFlags.Static | BindingFlags.Public)!.GetValue(null);
    }
}
