namespace Nin.Kernels.Tests.Conformance;

/// <summary>The shapes of float32 products on the first CUDA device.</summary>
public sealed class ShapesOnCuda(DeviceFixture<OnCuda.Cuda> fixture) : ShapeTests<OnCuda.Cuda>(fixture);

/// <summary>The shapes of TF32 products on its tensor cores.</summary>
public sealed class ShapesOnCudaTf32(DeviceFixture<OnCudaTf32.Cuda> fixture) : ShapeTests<OnCudaTf32.Cuda>(fixture);

/// <summary>The shapes of 3xTF32 products on its tensor cores.</summary>
public sealed class ShapesOnCudaTf32x3(DeviceFixture<OnCudaTf32x3.Cuda> fixture) : ShapeTests<OnCudaTf32x3.Cuda>(fixture);
