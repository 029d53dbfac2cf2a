using System.Runtime.InteropServices;
using Nin.PtxSimulator;
using Nin.PtxSimulator.Memory;

namespace Nin.SimulatedCuda;

/// <remarks>Here: page-locked memory, copies and fills.</remarks>
sealed unsafe partial class Driver
{
    readonly List<HostRange> locked = [];

    /// <summary>Allocates page-locked memory.</summary>
    public Code AllocateHost(long bytes, out nint address)
    {
        address = 0;
        if (bytes <= 0) return Code.InvalidValue;
        address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        locked.Add(new(address, bytes, IsAllocated: true));
        return Code.Success;
    }

    public Code FreeHost(nint start)
    {
        if (locked.Find(l => l.Start == start && l.IsAllocated) is not { } range) return Code.InvalidValue;
        if (Unlock(range, "freed") is var refusal and not Code.Success) return refusal;
        NativeMemory.AlignedFree((void*)start);
        return Code.Success;
    }

    /// <summary>Locks the pages of memory of the program's own.</summary>
    public Code Register(nint start, long bytes)
    {
        if (bytes <= 0) return Code.InvalidValue;
        if (locked.Exists(l => start < l.Start + l.Bytes && l.Start < start + bytes)) return Code.AlreadyRegistered;
        locked.Add(new(start, bytes, IsAllocated: false));
        return Code.Success;
    }

    public Code Unregister(nint start) =>
        locked.Find(l => l.Start == start && !l.IsAllocated) is { } range ? Unlock(range, "unregistered") : Code.NotRegistered;

    public Code CopyAsync(nint target, nint source, long bytes, nint stream)
    {
        if (Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (bytes == 0) return Code.Success;
        var from = Device.Memory.Find((byte*)source);
        var to = Device.Memory.Find((byte*)target);
        if (from is not null && !from.Holds((byte*)source, bytes)) return Fail(Code.InvalidValue, $"memcheck: a copy of {bytes} bytes reads beyond an allocation of {from.Bytes}");
        if (to is not null && !to.Holds((byte*)target, bytes)) return Fail(Code.InvalidValue, $"memcheck: a copy of {bytes} bytes writes beyond an allocation of {to.Bytes}");
        if (from is null && !IsLocked(source, bytes))
        {
            // The driver has read pageable memory when the call returns. In a graph it would be read later, which is not simulated.
            if (RefuseInCapture(queue, Code.NotSupported) is var refusal and not Code.Success) return refusal;
            // Outside of .NET's memory, whose arrays end at 2 GiB.
            void* staged = NativeMemory.Alloc((nuint)bytes);
            NativeMemory.Copy((void*)source, staged, (nuint)bytes);
            return Put(
                queue, () =>
                {
                    Copy((nint)staged, target, bytes, null, to);
                    NativeMemory.Free(staged);
                }, "a copy", target);
        }

        bool waits = to is null && !IsLocked(target, bytes);
        if (waits && RefuseInCapture(queue) is var unsupported and not Code.Success) return unsupported;
        Code code = Put(queue, () => Copy(source, target, bytes, from, to), "a copy", target, source);
        // A copy to pageable memory is done when the call returns.
        if (code == Code.Success && waits) Run(queue.Run);
        return code == Code.Success ? Fault : code;
    }

    public Code Fill(nint target, byte value, long bytes, nint stream)
    {
        if (Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (Device.Memory.Find((byte*)target) is not { } to || !to.Holds((byte*)target, bytes)) return Fail(Code.InvalidValue, $"memcheck: {bytes} bytes are filled beyond an allocation");
        return Put(
            queue, () =>
            {
                NativeMemory.Fill((void*)target, (nuint)bytes, value);
                to.MarkWritten((byte*)target, bytes);
            }, "a fill", target);
    }

    // What a copy within the device takes over is written as far as it was; what the host gets is read, and must have been written.
    void Copy(nint source, nint target, long bytes, Allocation? from, Allocation? to)
    {
        // Where launches do nothing, nothing that they would have written is missed.
        if (from is not null && to is null && !SkipsLaunches && from.FirstUnwritten((byte*)source, bytes) is var first and >= 0)
        {
            throw new KernelFaultException(
                FaultKind.Initcheck, $"a copy of {bytes:N0} bytes to the host reads byte {first} of an allocation of {from.Bytes:N0} that nobody has written");
        }

        Buffer.MemoryCopy((void*)source, (void*)target, bytes, bytes);
        if (from is not null) to?.TakeWritten((byte*)target, from, (byte*)source, bytes);
        else to?.MarkWritten((byte*)target, bytes);
    }

    Code Unlock(HostRange range, string how)
    {
        if (Use(p => p >= range.Start && p < range.Start + range.Bytes) is { } use)
            return Fail(Code.LaunchFailed, $"memcheck: page-locked memory of {range.Bytes:N0} bytes is {how} while {use}, which uses it, is still queued");
        locked.Remove(range);
        return Code.Success;
    }

    bool IsLocked(nint start, long bytes) => locked.Exists(l => start >= l.Start && start + bytes <= l.Start + l.Bytes);

    /// <summary>Page-locked memory: allocated so, or locked later.</summary>
    sealed record HostRange(nint Start, long Bytes, bool IsAllocated);
}
