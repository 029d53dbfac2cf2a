namespace Nin.Kernels.Tests.Conformance;

/// <summary>The products that run on tensor cores, three products of TF32 numbers for one of float32 numbers, with the instruction emulated by warps of 32 threads.</summary>
public sealed class OnEmulatedTensorCoresHigh(DeviceFixture<OnEmulatedTensorCoresHigh.Cores> fixture)
    : ProductTests<OnEmulatedTensorCoresHigh.Cores>(fixture)
{
    public sealed class Cores : IDeviceUnderTest
    {
        public static string? Missing => null;

        public static long MaxMacs => 20_000;

        public static int Thinning => 3;

        public static Precision Precision => Precision.High;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision);
    }
}
