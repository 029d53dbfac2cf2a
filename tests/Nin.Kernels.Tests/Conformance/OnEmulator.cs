namespace Nin.Kernels.Tests.Conformance;

/// <summary>Portable kernels on ILGPU's CPU accelerator.</summary>
public sealed class OnEmulator(DeviceFixture<OnEmulator.Emulator> fixture) : ConformanceTests<OnEmulator.Emulator>(fixture)
{
    public sealed class Emulator : IDeviceUnderTest
    {
        public static string? Missing => null;

        public static long MaxMacs => Long.IsAskedFor ? 1_000_000 : 400_000;

        public static int Thinning => 2;

        public static Device Open() => Device.Open("emulator");
    }
}
