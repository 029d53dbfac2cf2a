using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>Host memory that stays where it is while a device copies from it: page-locked on CUDA, which otherwise copies it once more.</summary>
sealed class HostMemory : IDisposable
{
    readonly PageLockedArray1D<float>? locked;
    readonly float[] pinned = [];

    public HostMemory(Accelerator accelerator, int length)
    {
        if (accelerator is CudaAccelerator)
        {
            try
            {
                locked = accelerator.AllocatePageLocked1D<float>(length, uninitialized: true);
                return;
            }
            catch (AcceleratorException)
            {
                // The system locks no more pages: the driver's own copy is slower, but just as correct.
            }
        }

        pinned = GC.AllocateUninitializedArray<float>(length, pinned: true);
    }

    public Span<float> Span => locked is null ? pinned : locked.Span;

    public void Dispose() => locked?.Dispose();
}
