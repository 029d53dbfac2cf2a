namespace Nin.Kernels.Tests.Conformance;

/// <summary>The products that run on tensor cores, operands rounded to TF32, with the instruction emulated by warps of 32 threads.</summary>
[Collection(EmulatedGpu.Collection)]
public sealed class OnEmulatedTensorCoresTf32(DeviceFixture<OnEmulatedTensorCoresTf32.Cores> fixture)
    : ProductTests<OnEmulatedTensorCoresTf32.Cores>(fixture)
{
    public sealed class Cores : IDeviceUnderTest
    {
        public static string? Missing => null;

        public static long MaxMacs => 12_000;

        // Half as many as with three products, which are the same kernels but for the products.
        public static int Thinning => 12;

        public static Precision Precision => Precision.Tf32;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision);
    }
}
