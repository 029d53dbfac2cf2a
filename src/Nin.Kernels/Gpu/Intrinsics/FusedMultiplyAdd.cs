using System.Runtime.Intrinsics.X86;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace Nin.Ops;

/// <summary>
/// <c>a b + c</c> with one rounding. ILGPU emits a product and a sum, each a statement of its own in OpenCL C, which no compiler may fuse.
/// </summary>
static class FusedMultiplyAdd
{
    /// <summary>The function that kernels call; the body is what ILGPU's CPU accelerator runs.</summary>
    [IntrinsicImplementation]
    public static float Of(float a, float b, float c) =>
        // Without the instruction, MathF's version is slow.
        Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? MathF.FusedMultiplyAdd(a, b, c) : a * b + c;

    /// <summary>Tells both backends how to write it.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        var method = typeof(FusedMultiplyAdd).GetMethod(nameof(Of))!;
        manager.RegisterMethod(
            method, new PTXIntrinsic(typeof(FusedMultiplyAdd), nameof(WritePtx), IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(
            method, new CLIntrinsic(typeof(FusedMultiplyAdd), nameof(WriteOpenCl), IntrinsicImplementationMode.GenerateCode));
    }

    static void WritePtx(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var a = code.LoadPrimitive(call[0]);
        var b = code.LoadPrimitive(call[1]);
        var c = code.LoadPrimitive(call[2]);
        var result = code.AllocateHardware(call);
        using var command = code.BeginCommand("fma.rn.f32");
        command.AppendArgument(result);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }

    static void WriteOpenCl(CLBackend backend, CLCodeGenerator code, Value call)
    {
        var a = code.Load(call[0]);
        var b = code.Load(call[1]);
        var c = code.Load(call[2]);
        using var statement = code.BeginStatement(code.Allocate(call));
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }
}
