using Xunit.Sdk;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>A theory of <see cref="ProductTests{TDevice}"/>: skipped with the reason where the machine has no such device.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Nin.Kernels.Tests.Conformance.DeviceTheoryDiscoverer", "Nin.Kernels.Tests")]
public sealed class DeviceTheoryAttribute : TheoryAttribute;
