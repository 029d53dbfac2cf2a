namespace Nin.Kernels.Tests.Conformance;

/// <summary>Portable kernels on the first CUDA device.</summary>
public sealed class OnCuda(DeviceFixture<OnCuda.Cuda> fixture) : ConformanceTests<OnCuda.Cuda>(fixture)
{
    public sealed class Cuda : IDeviceUnderTest
    {
        public static string? Missing => PresentDevices.Missing(DeviceKind.Cuda);

        public static long MaxMacs => long.MaxValue;

        public static int Thinning => 1;

        public static Device Open() => Device.Open("cuda:0");
    }
}
