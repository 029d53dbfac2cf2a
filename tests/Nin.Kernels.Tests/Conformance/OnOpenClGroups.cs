namespace Nin.Kernels.Tests.Conformance;

/// <summary>The products that GPUs run, by work-groups with shared memory and barriers, on the first OpenCL device whatever it is.</summary>
public sealed class OnOpenClGroups(DeviceFixture<OnOpenClGroups.Groups> fixture) : ProductTests<OnOpenClGroups.Groups>(fixture)
{
    public sealed class Groups : IDeviceUnderTest
    {
        public static string? Missing => PresentDevices.Missing(DeviceKind.OpenCl);

        public static long MaxMacs => 5_000_000;

        public static int Thinning => 2;

        public static Device Open()
        {
            using var accelerators = new Accelerators(DeviceKind.OpenCl);
            return accelerators.Open(0, adjust: p => p with { GroupsCooperate = true });
        }
    }
}
