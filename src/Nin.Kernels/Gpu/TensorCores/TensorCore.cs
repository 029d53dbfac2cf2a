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

    /// <summary>
    /// <c>C + A B</c> of the high parts for four tiles side by side, by all lanes of a warp. The body emulates it for accelerators of 32 lanes. Four
    /// tiles and not one, because in the emulation each exchange between lanes costs as much as the arithmetic of a thousand.
    /// </summary>
    [IntrinsicImplementation]
    public static FragmentRow MultiplyAddTf32(FragmentRow c, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3)
    {
        using var lanes = new LaneTable(a, b0, b1, b2, b3);
        return lanes.MultiplyAdd(c, leftLow: false, rightLow: false);
    }

    /// <summary>3xTF32, accurate to float32: low by high, high by low, high by high.</summary>
    [IntrinsicImplementation]
    public static FragmentRow MultiplyAddTf32x3(
        FragmentRow c, LeftFragment a, RightFragment b0, RightFragment b1, RightFragment b2, RightFragment b3)
    {
        using var lanes = new LaneTable(a, b0, b1, b2, b3);
        c = lanes.MultiplyAdd(c, leftLow: true, rightLow: false);
        c = lanes.MultiplyAdd(c, leftLow: false, rightLow: true);
        return lanes.MultiplyAdd(c, leftLow: false, rightLow: false);
    }

    /// <summary>Tells the PTX backend how to write them; OpenCL has no such instruction.</summary>
    public static void Register(IntrinsicImplementationManager manager)
    {
        Register(manager, nameof(Round), nameof(WriteRound));
        Register(manager, nameof(MultiplyAddTf32), nameof(WriteMultiplyAddTf32));
        Register(manager, nameof(MultiplyAddTf32x3), nameof(WriteMultiplyAddTf32x3));
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

    static void WriteMultiplyAddTf32(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var row = new FragmentRowPtx(code, call);
        row.Multiply(leftLow: false, rightLow: false);
        row.Free();
    }

    static void WriteMultiplyAddTf32x3(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var row = new FragmentRowPtx(code, call);
        row.Multiply(leftLow: true, rightLow: false);
        row.Multiply(leftLow: false, rightLow: true);
        row.Multiply(leftLow: false, rightLow: false);
        row.Free();
    }
}

/// <summary>
/// Writes the matrix instructions of four tiles side by side, of a call with a <see cref="FragmentRow"/>, a <see cref="LeftFragment"/> and four
/// <see cref="RightFragment"/>s. The tiles follow each other, so that no instruction waits for the one before it.
/// </summary>
sealed class FragmentRowPtx(PTXCodeGenerator code, Value call)
{
    const int Tiles = 4, Sums = 4;

    readonly PtxRegister.CompoundRegister result = (PtxRegister.CompoundRegister)code.Allocate(call);
    readonly PtxRegister.PrimitiveRegister[] before = Parts(code, call[0]);
    readonly PtxRegister.HardwareRegister?[] left = new PtxRegister.HardwareRegister?[8];
    readonly PtxRegister.HardwareRegister?[] right = new PtxRegister.HardwareRegister?[4 * Tiles];
    bool isFirst = true;

    /// <summary>One product of every tile: of the left operand's low or high parts, and the right one's.</summary>
    public void Multiply(bool leftLow, bool rightLow)
    {
        for (int tile = 0; tile < Tiles; tile++)
        {
            var sums = result.SliceAs<PtxRegister.PrimitiveRegister>(tile * Sums, Sums);
            int a = leftLow ? 4 : 0, b = 4 * tile + (rightLow ? 2 : 0);
            PtxRegister.PrimitiveRegister[] rows = [Left(a), Left(a + 1), Left(a + 2), Left(a + 3)], columns = [Right(b), Right(b + 1)];
            using var command = code.BeginCommand("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");
            command.AppendVectorArgument(sums);
            command.AppendVectorArgument(rows);
            command.AppendVectorArgument(columns);
            command.AppendVectorArgument(isFirst ? before[(tile * Sums)..((tile + 1) * Sums)] : sums);
        }

        isFirst = false;
    }

    /// <summary>Frees the operands' registers.</summary>
    public void Free()
    {
        foreach (var register in left.Concat(right).OfType<PtxRegister.HardwareRegister>()) code.FreeRegister(register);
    }

    PtxRegister.HardwareRegister Left(int part) => left[part] ??= Bits(Parts(code, call[1])[part]);

    PtxRegister.HardwareRegister Right(int part) => right[part] ??= Bits(Parts(code, call[2 + part / 4])[part % 4]);

    // The instruction takes bit patterns.
    PtxRegister.HardwareRegister Bits(PtxRegister.PrimitiveRegister value)
    {
        var bits = code.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32);
        using var move = code.BeginCommand("mov.b32");
        move.AppendArgument(bits);
        move.AppendArgument(value);
        return bits;
    }

    static PtxRegister.PrimitiveRegister[] Parts(PTXCodeGenerator code, Value value)
    {
        var compound = (PtxRegister.CompoundRegister)code.Load(value);
        var parts = compound.SliceAs<PtxRegister.PrimitiveRegister>(0, compound.NumChildren);
        return Array.ConvertAll(parts, p => (PtxRegister.PrimitiveRegister)code.EnsureHardwareRegister(p));
    }
}
