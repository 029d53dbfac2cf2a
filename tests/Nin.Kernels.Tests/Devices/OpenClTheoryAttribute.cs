using Nin.Kernels.Tests.Conformance;

namespace Nin.Kernels.Tests.Devices;

/// <summary>A theory that needs an OpenCL device; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenClTheoryAttribute : TheoryAttribute
{
    /// <param name="isLong">Whether it runs only where NIN_LONG is set.</param>
    public OpenClTheoryAttribute(bool isLong = false) => Skip = PresentDevices.Missing(DeviceKind.OpenCl) ?? (isLong ? Long.Skip : null);
}
