using Nin.Ops;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>Vectorised managed code with registers of 512 bits, where the machine has them.</summary>
public sealed class OnCpu512(DeviceFixture<OnCpu512.Cpu> fixture) : ConformanceTests<OnCpu512.Cpu>(fixture)
{
    public sealed class Cpu : IDeviceUnderTest
    {
        public static string? Missing => SimdWidth.Best >= 512 ? null : $"cpu: the widest registers that this process may use have {SimdWidth.Best} bits";

        public static long MaxMacs => long.MaxValue;

        public static int Thinning => 1;

        public static Device Open() => new CpuDevice(threads: 2, width: 512);
    }
}
