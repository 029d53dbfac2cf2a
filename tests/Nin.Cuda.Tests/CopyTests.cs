using System.Runtime.InteropServices;

namespace Nin.Cuda.Tests;

/// <summary>Copies and page-locked memory, by the driver's own functions: what was never written is not laundered, and what a queued copy uses stays.</summary>
public sealed unsafe class CopyTests : IDisposable
{
    const int Bytes = 256, LaunchFailed = 719, AlreadyRegistered = 712, NotRegistered = 713;

    readonly Device device = Device.Open("cuda:0"); // makes the context
    readonly nint host;
    readonly nint first, second, stream;

    public CopyTests()
    {
        fixed (nint* address = &host) Call("cuMemAllocHost_v2", address, Bytes);
        fixed (nint* address = &first) Call("cuMemAlloc_v2", address, Bytes);
        fixed (nint* address = &second) Call("cuMemAlloc_v2", address, Bytes);
        fixed (nint* created = &stream) ((delegate* unmanaged<nint*, uint, int>)SimulatedDriver.Function("cuStreamCreate"))(created, 1).Should().Be(0);
    }

    public void Dispose()
    {
        SimulatedDriver.Recover();
        Synchronize();
        Free("cuMemFree_v2", first);
        Free("cuMemFree_v2", second);
        Free("cuMemFreeHost", host);
        Free("cuStreamDestroy_v2", stream);
        device.Dispose();
    }

    [SimulatedFact]
    public void What_the_host_copies_was_written()
    {
        Fill(first, Bytes);
        Copy(host, first, Bytes);
        Synchronize().Should().Be(0);
        Fill(second, Bytes - 4);
        Copy(host, second, Bytes - 4);
        Synchronize().Should().Be(0);
        Copy(host, second, Bytes);
        Synchronize().Should().Be(LaunchFailed);
        Message(LaunchFailed).Should().Contain("initcheck: a copy of 256 bytes to the host reads byte 252 of an allocation of 256 that nobody has written");
    }

    [SimulatedTheory]
    [InlineData(0, 0, Bytes)]
    [InlineData(64, 128, 64)]
    [InlineData(2, 2, 100)]
    [InlineData(1, 4, 99)]
    public void A_copy_within_the_device_is_written_as_far_as_what_it_copies(int to, int from, int bytes)
    {
        Copy(second + to, first + from, bytes);
        Synchronize().Should().Be(0, "nobody has read anything");
        Copy(host, second + to, bytes);
        Synchronize().Should().Be(LaunchFailed);
        SimulatedDriver.Recover();
        Fill(first + from, bytes);
        Copy(second + to, first + from, bytes);
        Copy(host, second + to, bytes);
        Synchronize().Should().Be(0);
    }

    [SimulatedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Page_locked_memory_that_is_freed_under_a_queued_copy_is_found(bool reads)
    {
        Fill(first, Bytes);
        if (reads) Copy(first, host, Bytes);
        else Copy(host, first, Bytes);
        Free("cuMemFreeHost", host).Should().NotBe(0);
        Message(LaunchFailed).Should().Contain("memcheck: page-locked memory of 256 bytes is freed while a copy, which uses it, is still queued");
    }

    [SimulatedFact]
    public void Memory_is_registered_once_and_unregistered_when_no_copy_uses_it()
    {
        var register = (delegate* unmanaged<nint, nint, int, int>)SimulatedDriver.Function("cuMemHostRegister_v2");
        byte* memory = (byte*)NativeMemory.AllocZeroed(2 * Bytes);
        nint start = (nint)memory;
        register(start, Bytes, 0).Should().Be(0);
        register(start, Bytes, 0).Should().Be(AlreadyRegistered);
        register(start + Bytes - 1, Bytes, 0).Should().Be(AlreadyRegistered, "it overlaps");
        register(start + Bytes, Bytes, 0).Should().Be(0);
        Free("cuMemHostUnregister", start + 1).Should().Be(NotRegistered);
        Free("cuMemFreeHost", start).Should().NotBe(0, "it was not allocated there");
        Copy(first, start, Bytes);
        Free("cuMemHostUnregister", start + Bytes).Should().Be(0, "no copy uses it");
        Synchronize();
        Free("cuMemHostUnregister", start).Should().Be(0);
        register(start, Bytes, 0).Should().Be(0);
        Copy(first, start, Bytes);
        Free("cuMemHostUnregister", start).Should().NotBe(0);
        Message(LaunchFailed).Should().Contain("is unregistered while a copy");
        SimulatedDriver.Recover();
        Synchronize();
        Free("cuMemHostUnregister", start).Should().Be(0);
        NativeMemory.Free(memory);
    }

    void Copy(nint target, nint source, int bytes) =>
        ((delegate* unmanaged<nint, nint, nint, nint, int>)SimulatedDriver.Function("cuMemcpyAsync"))(target, source, bytes, stream).Should().Be(0);

    void Fill(nint target, int bytes) =>
        ((delegate* unmanaged<nint, byte, nint, nint, int>)SimulatedDriver.Function("cuMemsetD8Async"))(target, 7, bytes, stream).Should().Be(0);

    int Synchronize() => Free("cuStreamSynchronize", stream);

    static void Call(string function, nint* address, nint bytes) =>
        ((delegate* unmanaged<nint*, nint, int>)SimulatedDriver.Function(function))(address, bytes).Should().Be(0);

    static int Free(string function, nint item) => ((delegate* unmanaged<nint, int>)SimulatedDriver.Function(function))(item);

    static string Message(int code)
    {
        nint message;
        ((delegate* unmanaged<int, nint*, int>)SimulatedDriver.Function("cuGetErrorString"))(code, &message);
        return Marshal.PtrToStringUTF8(message)!;
    }
}
