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

        public static int Thinning => 12;

        // Its steps of k are three times those of one product: minutes for one image.
        public static string? LeftOut(string test) => test == nameof(ProductTests<Cores>.Conv2d_backward_weights_of_large_images)
            ? "leaves are divided before products, as OnOpenClGroups tests; set NIN_LONG=1 to run it here." : null;

        public static Precision Precision => Precision.Tf32x3;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision);
    }
}
