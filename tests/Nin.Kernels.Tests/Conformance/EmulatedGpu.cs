using ILGPU;
using ILGPU.Runtime.CPU;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>ILGPU's CPU accelerator with warps of 32 threads, and the variants that a GPU with tensor cores chooses.</summary>
static class EmulatedGpu
{
    /// <summary>
    /// Test classes that run one after another. A group has a thread of the processor for each of its own, and barriers between them: two groups
    /// at a time would take several times as long as one after the other.
    /// </summary>
    public const string Collection = "Emulated GPU";

    /// <param name="threads">Threads of a group, a multiple of 32.</param>
    /// <param name="precision">Which products are tried.</param>
    public static AcceleratorDevice Open(int threads, Precision precision)
    {
        var processor = new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: threads / 32, numMultiprocessors: 1);
        var context = Context.Create(builder => builder.EnableNin().CPU(processor));
        return AcceleratorDevice.Open(
            "emulator", DeviceKind.Emulator, context, processor, precision, p => p with { GroupsCooperate = true, HasTensorCores = true });
    }
}
