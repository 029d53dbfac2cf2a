using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using PtxRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace Nin.Ops;

/// <summary>
/// Asynchronous copies from global to shared memory that bypass registers (PTX ISA, <c>cp.async</c>), from compute capability 8.0 on. A thread
/// begins some, closes their group with <see cref="Commit"/>, and waits for groups; the others see what it copied after the next barrier. The bodies
/// are what ILGPU's CPU accelerator runs: there a copy is done at once. OpenCL has no such instruction.
/// </summary>
static class AsyncCopy
{
    /// <summary>Begins to copy a float4, or the part of it that is to be read; the rest becomes zero.</summary>
    /// <param name="shared">Where it goes.</param>
    /// <param name="source">What is read; any valid place where nothing is.</param>
    /// <param name="bytes">How much of it: 16, or 0.</param>
    [IntrinsicImplementation]
    public static void Begin(ref Float4 shared, ref Float4 source, int bytes) => shared = bytes > 0 ? source : default;

    /// <summary>The same with a float, of which 4 bytes are read or 0.</summary>
    [IntrinsicImplementation]
    public static void Begin(ref float shared, ref float source, int bytes) => shared = bytes > 0 ? source : 0;

    /// <summary>Closes the group of the copies that the thread began since the last time.</summary>
    [IntrinsicImplementation]
    public static void Commit()
    {
    }

    /// <summary>Waits for all groups but the youngest one.</summary>
    [IntrinsicImplementation]
    public static void WaitForAllButOne()
    {
    }

    /// <summary>Tells the PTX backend how to write them.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        foreach (var method in typeof(AsyncCopy).GetMethods().Where(m => m.IsDefined(typeof(IntrinsicImplementationAttribute), inherit: false)))
        {
            string writer = method.GetParameters() is [var target, ..]
                ? target.ParameterType == typeof(Float4).MakeByRefType() ? nameof(WriteFloat4) : nameof(WriteFloat)
                : method.Name == nameof(Commit) ? nameof(WriteCommit) : nameof(WriteWait);
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(AsyncCopy), writer, IntrinsicImplementationMode.GenerateCode));
        }
    }

    // cg bypasses the L1 cache: what a work-group copies it reads once.
    static void WriteFloat4(PTXBackend backend, PTXCodeGenerator code, Value call) => Write(code, call, "cp.async.cg.shared.global", 4 * sizeof(float));

    static void WriteFloat(PTXBackend backend, PTXCodeGenerator code, Value call) => Write(code, call, "cp.async.ca.shared.global", sizeof(float));

    static void WriteCommit(PTXBackend backend, PTXCodeGenerator code, Value call) => code.BeginCommand("cp.async.commit_group").Dispose();

    static void WriteWait(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        using var command = code.BeginCommand("cp.async.wait_group");
        command.AppendConstant(1);
    }

    static void Write(PTXCodeGenerator code, Value call, string instruction, int size)
    {
        RequireSpace(call[0], MemoryAddressSpace.Shared);
        RequireSpace(call[1], MemoryAddressSpace.Global);
        var target = code.LoadHardware(call[0]);
        var source = code.LoadHardware(call[1]);
        var bytes = code.LoadPrimitive(call[2]);
        using var command = code.BeginCommand(instruction);
        command.AppendArgumentValue(target, 0);
        command.AppendArgumentValue(source, 0);
        command.AppendConstant(size);
        command.AppendArgument(bytes);
    }

    // At O2 ILGPU knows the spaces of views that a kernel was given or allocated, and calls of intrinsics take them as they are.
    static void RequireSpace(Value address, MemoryAddressSpace space)
    {
        if (((AddressSpaceType)address.Type).AddressSpace != space) throw new NotSupportedException($"An asynchronous copy needs an address in {space} memory.");
    }
}
