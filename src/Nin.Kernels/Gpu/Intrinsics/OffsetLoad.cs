using System.Runtime.CompilerServices;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using PtxRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace Nin.Ops;

/// <summary>
/// Reads of shared memory a constant number of elements after a place. One address serves many of them, with the offset as part of the instruction; from an index ILGPU computes
/// each address anew, which takes two instructions for each in the loops of products. The bodies are what ILGPU's CPU accelerator runs.
/// </summary>
static class OffsetLoad
{
    /// <param name="place">An element of shared memory.</param>
    /// <param name="offset">Elements from there on; a constant.</param>
    [IntrinsicImplementation]
    public static Float4 Of(ref Float4 place, int offset) => Unsafe.Add(ref place, offset);

    /// <inheritdoc cref="Of(ref Float4, int)"/>
    [IntrinsicImplementation]
    public static float Of(ref float place, int offset) => Unsafe.Add(ref place, offset);

    /// <summary>Tells both backends how to write them.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        foreach (var (element, ptx) in new[] { (typeof(Float4), nameof(WriteFloat4)), (typeof(float), nameof(WriteFloat)) })
        {
            var method = typeof(OffsetLoad).GetMethod(nameof(Of), [element.MakeByRefType(), typeof(int)])!;
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(OffsetLoad), ptx, IntrinsicImplementationMode.GenerateCode));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(OffsetLoad), nameof(WriteOpenCl), IntrinsicImplementationMode.GenerateCode));
        }
    }

    static void WriteFloat4(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var result = (PtxRegister.CompoundRegister)code.Allocate(call);
        var place = Place(code, call);
        using var command = code.BeginCommand("ld.shared.v4.f32");
        command.AppendVectorArgument(result.SliceAs<PtxRegister.PrimitiveRegister>(0, Float4.Length));
        command.AppendArgumentValue(place, Offset(call) * Float4.Length * sizeof(float));
    }

    static void WriteFloat(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var result = code.AllocateHardware(call);
        var place = Place(code, call);
        using var command = code.BeginCommand("ld.shared.f32");
        command.AppendArgument(result);
        command.AppendArgumentValue(place, Offset(call) * sizeof(float));
    }

    static void WriteOpenCl(CLBackend backend, CLCodeGenerator code, Value call)
    {
        var place = code.Load(call[0]);
        using var statement = code.BeginStatement(code.Allocate(call));
        statement.Append(place);
        statement.AppendIndexer(Offset(call).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    static PtxRegister.HardwareRegister Place(PTXCodeGenerator code, Value call) => ((AddressSpaceType)call[0].Type).AddressSpace == MemoryAddressSpace.Shared
        ? code.LoadHardware(call[0])
        : throw new NotSupportedException("Only places in shared memory have offsets.");

    static int Offset(Value call) => call[1].Resolve() is PrimitiveValue { Int32Value: var offset } ? offset : throw new NotSupportedException("An offset must be a constant.");
}
