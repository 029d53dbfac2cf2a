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

        public static long MaxMacs => 200_000;

        public static int Thinning => 5;

        public static Device Open() => EmulatedGpu.Open(threads: 64, Precision.Float32);
    }
}
