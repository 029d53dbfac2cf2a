namespace Nin.Kernels.Tests.Conformance;

/// <summary>The products that run on tensor cores, 3xTF32, with the instruction emulated by warps of 32 threads.</summary>
[Collection(EmulatedGpu.Collection)]
public sealed class OnEmulatedTensorCoresTf32x3(DeviceFixture<OnEmulatedTensorCoresTf32x3.Cores> fixture)
    : ProductTests<OnEmulatedTensorCoresTf32x3.Cores>(fixture)
{
    public sealed class Cores : IDeviceUnderTest
    {
        public static string? Missing => null;

        public static long MaxMacs => 12_000;

        public static int Thinning => 3;

        public static Precision Precision => Precision.Tf32x3;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision);
    }
}
