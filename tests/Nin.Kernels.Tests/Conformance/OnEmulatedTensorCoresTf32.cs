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

        // An image of two leaves takes a minute.
        public static string? LeftOut(string test) => test == nameof(ProductTests<Cores>.Conv2d_backward_weights_of_large_images)
            ? "leaves are divided before products, as OnOpenClGroups tests; set NIN_LONG=1 to run it here." : null;

        public static Precision Precision => Precision.Tf32;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision);
    }
}
