using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR;
using Nin.Ops;

namespace Nin;

/// <summary>What an ILGPU context needs for Nin's kernels.</summary>
public static class KernelContext
{
    /// <summary>
    /// Optimisation level O2, ILGPU's algorithms, and the instructions that Nin adds to ILGPU's. A host program that opens its own
    /// accelerator for <see cref="Device.From"/> calls it beside <c>.Cuda()</c> or <c>.OpenCL()</c>, before <c>ToContext()</c>.
    /// </summary>
    public static Context.Builder EnableNin(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // O2 infers the address space of kernel pointers (O1 emits generic loads); it must not see a C# `switch` in a kernel.
        builder.Optimize(OptimizationLevel.O2).EnableAlgorithms();
        FusedMultiplyAdd.Register(builder.GetIntrinsicManager());
        TensorCore.Register(builder.GetIntrinsicManager());
        return builder;
    }
}
