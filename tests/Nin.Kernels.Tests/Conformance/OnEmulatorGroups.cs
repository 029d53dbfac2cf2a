namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// Some of the products that GPUs run, by work-groups with shared memory and barriers, on ILGPU's CPU accelerator with 64 threads. Nin.Cuda.Tests runs more of them.
/// </summary>
[Collection(EmulatedGpu.Collection)]
public sealed class OnEmulatorGroups(DeviceFixture<OnEmulatorGroups.Groups> fixture) : ProductTests<OnEmulatorGroups.Groups>(fixture)
{
    public sealed class Groups : IDeviceUnderTest
    {
        public static string? Missing => null;

        public static long MaxMacs => Long.IsAskedFor ? 200_000 : 60_000;

        public static int Thinning => 6;

        // Images of two leaves take half a minute each.
        public static string? LeftOut(string test) => test == nameof(ProductTests<Groups>.Conv2d_backward_weights_of_large_images)
            ? "OnOpenClGroups runs the same kernels over them; set NIN_LONG=1 to run it here." : null;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision.Float32);
    }
}
