namespace Nin.Kernels.Tests.Conformance;

/// <summary>Portable kernels on the first CUDA device.</summary>
public sealed class OnCuda(DeviceFixture<OnCuda.Cuda> fixture) : ConformanceTests<OnCuda.Cuda>(fixture)
{
    public sealed class Cuda : IDeviceUnderTest
    {
        public static string? Missing => PresentDevices.Missing(DeviceKind.Cuda);

        public static long MaxMacs => long.MaxValue;

        public static int Thinning => 1;

        public static Device Open() => Device.Open("cuda:0");
    }
}

/// <summary>The products in TF32 on its tensor cores.</summary>
public sealed class OnCudaTf32(DeviceFixture<OnCudaTf32.Cuda> fixture) : ProductTests<OnCudaTf32.Cuda>(fixture)
{
    public sealed class Cuda : IDeviceUnderTest
    {
        public static string? Missing => OnCuda.Cuda.Missing;

        public static long MaxMacs => long.MaxValue;

        public static int Thinning => 1;

        public static Precision Precision => Precision.Tf32;

        public static Device Open() => Device.Open("cuda:0", precision: Precision);
    }
}

/// <summary>The products in 3xTF32 on its tensor cores.</summary>
public sealed class OnCudaTf32x3(DeviceFixture<OnCudaTf32x3.Cuda> fixture) : ProductTests<OnCudaTf32x3.Cuda>(fixture)
{
    public sealed class Cuda : IDeviceUnderTest
    {
        public static string? Missing => OnCuda.Cuda.Missing;

        public static long MaxMacs => long.MaxValue;

        public static int Thinning => 1;

        public static Precision Precision => Precision.Tf32x3;

        public static Device Open() => Device.Open("cuda:0", precision: Precision);
    }
}
