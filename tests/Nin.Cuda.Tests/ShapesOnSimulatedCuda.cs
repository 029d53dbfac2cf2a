using Nin.Kernels.Tests.Conformance;

namespace Nin.Cuda.Tests;

/// <summary>The shapes of float32 products on the simulated device.</summary>
public sealed class ShapesOnSimulatedCuda(DeviceFixture<OnSimulatedCuda.Simulated> fixture) : ShapeTests<OnSimulatedCuda.Simulated>(fixture);

/// <summary>The shapes of TF32 products on its tensor cores.</summary>
public sealed class ShapesOnSimulatedCudaTf32(DeviceFixture<OnSimulatedCudaTf32.Simulated> fixture) : ShapeTests<OnSimulatedCudaTf32.Simulated>(fixture);

/// <summary>The shapes of 3xTF32 products on its tensor cores.</summary>
public sealed class ShapesOnSimulatedCudaTf32x3(DeviceFixture<OnSimulatedCudaTf32x3.Simulated> fixture) : ShapeTests<OnSimulatedCudaTf32x3.Simulated>(fixture);
