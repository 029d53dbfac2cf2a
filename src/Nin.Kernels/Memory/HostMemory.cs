using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>Host memory that stays where it is while a device copies from it: page-locked on CUDA, which else copies it once more.</summary>
sealed class HostMemory(Accelerator accelerator, int length) : IDisposable
{
    readonly PageLockedArray1D<float>? locked =
        accelerator is CudaAccelerator ? accelerator.AllocatePageLocked1D<float>(length, uninitialized: true) : null;

    readonly float[] pinned = accelerator is CudaAccelerator ? [] : GC.AllocateUninitializedArray<float>(length, pinned: true);

    public Span<float> Span => locked is null ? pinned : locked.Span;

    public void Dispose() => locked?.Dispose();
}
