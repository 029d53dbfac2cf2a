using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using Nin.Ops;

namespace Nin;

/// <summary>What the portable kernels need of an accelerator that somebody else opened, tried by a kernel that uses it.</summary>
static class AcceleratorRequirements
{
    /// <exception cref="ArgumentException">The kernel does not compile or load.</exception>
    public static void Check(Accelerator accelerator)
    {
        try
        {
            accelerator.LoadKernel<ArrayView<float>>(Everything);
        }
#pragma warning disable CA1031 // ILGPU's compiler, the driver's and the loader each throw their own kinds.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new ArgumentException(
                $"The accelerator {accelerator.Name} cannot run the kernels: {DriverError.Of(exception)}. " +
                "Create its context with builder.EnableNin().", nameof(accelerator), exception);
        }
    }

    static void Everything(ArrayView<float> values)
    {
        var shared = SharedMemory.Allocate<float>(1);
        if (Group.IdxX == 0) shared[0] = XMath.Exp(values[0]);
        Group.Barrier();
        values[Group.IdxX] = FusedMultiplyAdd.Of(XMath.Sqrt(shared[0]), XMath.Log(shared[0]), 1f);
    }
}
