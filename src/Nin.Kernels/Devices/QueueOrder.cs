using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Nin;

/// <summary>
/// Makes what is queued from now on wait for what another queue holds, on the device: ILGPU 1.5.3 can only wait on the host. Events of both
/// drivers are counted references, so each is given up as soon as it is waited for.
/// </summary>
sealed unsafe class QueueOrder
{
    readonly delegate* unmanaged<nint, nint, uint, int> cudaWait;
    readonly delegate* unmanaged<nint, uint, nint*, nint*, int> clMarker;
    readonly delegate* unmanaged<nint, uint, nint*, nint*, int> clBarrier;
    readonly delegate* unmanaged<nint, int> clFlush;
    readonly delegate* unmanaged<nint, int> clRelease;

    QueueOrder(nint library, DeviceKind kind)
    {
        if (kind == DeviceKind.Cuda)
        {
            cudaWait = (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(library, "cuStreamWaitEvent");
            return;
        }

        clMarker = (delegate* unmanaged<nint, uint, nint*, nint*, int>)NativeLibrary.GetExport(library, "clEnqueueMarkerWithWaitList");
        clBarrier = (delegate* unmanaged<nint, uint, nint*, nint*, int>)NativeLibrary.GetExport(library, "clEnqueueBarrierWithWaitList");
        clFlush = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "clFlush");
        clRelease = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "clReleaseEvent");
    }

    /// <summary>The driver's function; null where there is none, and the host must wait.</summary>
    public static QueueOrder? Of(DeviceKind kind)
    {
        if (kind is not (DeviceKind.Cuda or DeviceKind.OpenCl)) return null;
        if (NativeLibraries.TryLoad(kind, out nint library, out _) is not null) return null;
        try
        {
            return new QueueOrder(library, kind);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <exception cref="AcceleratorException">The driver fails.</exception>
    public void Put(AcceleratorStream first, AcceleratorStream then)
    {
        if (first is CudaStream cuda) Put(cuda, (CudaStream)then);
        else Put((CLStream)first, (CLStream)then);
    }

    void Put(CudaStream first, CudaStream then)
    {
        var api = CudaAPI.CurrentAPI;
        CudaException.ThrowIfFailed(api.CreateEvent(out nint mark, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
        try
        {
            CudaException.ThrowIfFailed(api.RecordEvent(mark, first.StreamPtr));
            CudaException.ThrowIfFailed((CudaError)cudaWait(then.StreamPtr, mark, 0));
        }
        finally
        {
            CudaException.ThrowIfFailed(api.DestroyEvent(mark));
        }
    }

    void Put(CLStream first, CLStream then)
    {
        nint mark;
        CLException.ThrowIfFailed((CLError)clMarker(first.CommandQueue, 0, null, &mark));
        try
        {
            // Without it a queue may never start what another one waits for (OpenCL, section 5.15 "Flush and Finish").
            CLException.ThrowIfFailed((CLError)clFlush(first.CommandQueue));
            CLException.ThrowIfFailed((CLError)clBarrier(then.CommandQueue, 1, &mark, null));
        }
        finally
        {
            CLException.ThrowIfFailed((CLError)clRelease(mark));
        }
    }
}
