namespace Nin.Kernels.Tests.Conformance;

/// <summary>Portable kernels on the first OpenCL device, which in CI is PoCL.</summary>
public sealed class OnOpenCl(DeviceFixture<OnOpenCl.OpenCl> fixture) : ConformanceTests<OnOpenCl.OpenCl>(fixture)
{
    public sealed class OpenCl : IDeviceUnderTest
    {
        public static string? Missing => PresentDevices.Missing(DeviceKind.OpenCl);

        public static long MaxMacs => 1_000_000;

        public static int Thinning => 2;

        public static Device Open() => Device.Open("opencl:0");
    }
}
