using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using PtxRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace Nin.Ops;

/// <summary>
/// The matrix instruction of NVIDIA GPUs from compute capability 8.0 on: a warp multiplies 16 x 8 by 8 x 8 numbers of TF32 (eight bits of
/// exponent, ten of mantissa) and adds to float32 sums (PTX ISA, <c>mma.sync.aligned.m16n8k8</c>). With <c>g = lane / 4</c> and
/// <c>t = lane % 4</c> a lane holds <c>a0 = A[g, t]</c>, <c>a1 = A[g + 8, t]</c>, <c>a2 = A[g, t + 4]</c>, <c>a3 = A[g + 8, t + 4]</c>,
/// <c>b0 = B[t, g]</c>, <c>b1 = B[t + 4, g]</c>, and of the result <c>C[g, 2 t]</c>, <c>C[g, 2 t + 1]</c>, <c>C[g + 8, 2 t]</c>, <c>C[g + 8, 2 t + 1]</c>.
/// </summary>
static class TensorCore
{
    /// <summary>Lanes that compute a tile together.</summary>
    public const int Lanes = 32;

    /// <summary>Rows, columns and depth of a tile.</summary>
    public const int Rows = 16, Columns = 8, Depth = 8;

    const int DroppedBits = 13;

    /// <summary>The nearest TF32 number, ties away from zero: the low 13 bits are zero.</summary>
    [IntrinsicImplementation]
    public static float Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if ((bits & 0x7F800000u) == 0x7F800000u) return value;
        return BitConverter.UInt32BitsToSingle((bits + (1u << (DroppedBits - 1))) & ~((1u << DroppedBits) - 1));
    }

    /// <summary><c>C + A B</c>, by all lanes of a warp; operands are TF32. The body emulates it with shuffles, for accelerators of 32 lanes.</summary>
    [IntrinsicImplementation]
    public static Fragment4 MultiplyAdd(Fragment4 c, float a0, float a1, float a2, float a3, float b0, float b1)
    {
        int group = Warp.LaneIdx / 4, pair = Warp.LaneIdx % 4;
        for (int k = 0; k < Depth; k++)
        {
            // A's row g is held by the four lanes of group g, B's column n by the four of group n.
            int rowLane = group * 4 + k % 4, column = 2 * pair;
            float low = k < 4 ? Warp.Shuffle(a0, rowLane) : Warp.Shuffle(a2, rowLane);
            float high = k < 4 ? Warp.Shuffle(a1, rowLane) : Warp.Shuffle(a3, rowLane);
            float first = Warp.Shuffle(k < 4 ? b0 : b1, column * 4 + k % 4);
            float second = Warp.Shuffle(k < 4 ? b0 : b1, (column + 1) * 4 + k % 4);
            c.S0 += low * first;
            c.S1 += low * second;
            c.S2 += high * first;
            c.S3 += high * second;
        }

        return c;
    }

    /// <summary>Tells the PTX backend how to write both; OpenCL has no such instruction.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        Register(manager, nameof(Round), nameof(WriteRound));
        Register(manager, nameof(MultiplyAdd), nameof(WriteMultiplyAdd));
    }

    static void Register(IntrinsicImplementationManager manager, string method, string writer) => manager.RegisterMethod(
        typeof(TensorCore).GetMethod(method)!, new PTXIntrinsic(typeof(TensorCore), writer, IntrinsicImplementationMode.GenerateCode));

    // TF32 operands are bit patterns: the result goes through a register of 32 bits, and back for the difference of the low part.
    static void WriteRound(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var value = code.EnsureHardwareRegister(code.LoadPrimitive(call[0]));
        var result = code.AllocateHardware(call);
        var bits = code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);
        using (var convert = code.BeginCommand("cvt.rna.tf32.f32"))
        {
            convert.AppendArgument(bits);
            convert.AppendArgument(value);
        }

        using (var move = code.BeginCommand("mov.b32"))
        {
            move.AppendArgument(result);
            move.AppendArgument(bits);
        }

        code.FreeRegister(bits);
    }

    static void WriteMultiplyAdd(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var d = (PtxRegister.CompoundRegister)code.Allocate(call);
        var c = (PtxRegister.CompoundRegister)code.Load(call[0]);
        var operands = new PtxRegister.HardwareRegister[6];
        for (int i = 0; i < operands.Length; i++)
        {
            var value = code.EnsureHardwareRegister(code.LoadPrimitive(call[1 + i]));
            operands[i] = code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);
            using var move = code.BeginCommand("mov.b32");
            move.AppendArgument(operands[i]);
            move.AppendArgument(value);
        }

        using (var command = code.BeginCommand("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"))
        {
            command.AppendVectorArgument(d.SliceAs<PtxRegister.PrimitiveRegister>(0, 4));
            command.AppendVectorArgument([operands[0], operands[1], operands[2], operands[3]]);
            command.AppendVectorArgument([operands[4], operands[5]]);
            command.AppendVectorArgument(c.SliceAs<PtxRegister.PrimitiveRegister>(0, 4));
        }

        foreach (var operand in operands) code.FreeRegister(operand);
    }
}
