using Nin.Kernels.Tests.Conformance;

namespace Nin.Cuda.Tests;

/// <summary>How many cases of the conformance tests run: a part of them every time, all of them where NIN_LONG is set or, as in CI, NIN_SIMULATED_CUDA is <c>all</c>.</summary>
static class Share
{
    public static long MaxMacs => IsWhole ? long.MaxValue : 1_000_000;

    /// <summary>One case in this many.</summary>
    public static int Thinning(int otherwise) => IsWhole ? 1 : otherwise;

    static bool IsWhole { get; } = Long.IsAskedFor || SimulatedDriver.IsDemanded;
}

/// <summary>Every op through ILGPU's CUDA runtime, on the simulated device.</summary>
public sealed class OnSimulatedCuda(DeviceFixture<OnSimulatedCuda.Simulated> fixture) : ConformanceTests<OnSimulatedCuda.Simulated>(fixture)
{
    public sealed class Simulated : IDeviceUnderTest
    {
        public static string? Missing => SimulatedDriver.Missing;

        public static long MaxMacs => Share.MaxMacs;

        public static int Thinning => 1;

        public static Device Open() => Device.Open("cuda:0");
    }
}

/// <summary>The products in TF32 on the simulated tensor cores.</summary>
public sealed class OnSimulatedCudaTf32(DeviceFixture<OnSimulatedCudaTf32.Simulated> fixture) : ProductTests<OnSimulatedCudaTf32.Simulated>(fixture)
{
    public sealed class Simulated : IDeviceUnderTest
    {
        public static string? Missing => SimulatedDriver.Missing;

        public static long MaxMacs => Share.MaxMacs;

        public static int Thinning => Share.Thinning(2);

        public static Precision Precision => Precision.Tf32;

        public static Device Open() => Device.Open("cuda:0", precision: Precision);
    }
}

/// <summary>The products in 3xTF32 on the simulated tensor cores.</summary>
public sealed class OnSimulatedCudaTf32x3(DeviceFixture<OnSimulatedCudaTf32x3.Simulated> fixture) : ProductTests<OnSimulatedCudaTf32x3.Simulated>(fixture)
{
    public sealed class Simulated : IDeviceUnderTest
    {
        public static string? Missing => SimulatedDriver.Missing;

        public static long MaxMacs => Share.MaxMacs;

        public static int Thinning => Share.Thinning(2);

        public static Precision Precision => Precision.Tf32x3;

        public static Device Open() => Device.Open("cuda:0", precision: Precision);
    }
}
