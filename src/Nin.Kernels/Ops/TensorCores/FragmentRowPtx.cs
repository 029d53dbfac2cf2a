using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using PtxRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>;

namespace Nin.Ops;

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

    /// <summary>One product of every tile: of the left operand's rests or TF32 parts, and the right one's.</summary>
    public void Multiply(bool leftRest, bool rightRest)
    {
        for (int tile = 0; tile < Tiles; tile++)
        {
            var sums = result.SliceAs<PtxRegister.PrimitiveRegister>(tile * Sums, Sums);
            int a = leftRest ? 4 : 0, b = 4 * tile + (rightRest ? 2 : 0);
            PtxRegister.PrimitiveRegister[] rows = [Left(a), Left(a + 1), Left(a + 2), Left(a + 3)], columns = [Right(b), Right(b + 1)];
            using var command = code.BeginCommand("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");
            command.AppendVectorArgument(sums);
            command.AppendVectorArgument(rows);
            command.AppendVectorArgument(columns);
            command.AppendVectorArgument(isFirst ? before[(tile * Sums)..((tile + 1) * Sums)] : sums);
        }

        isFirst = false;
    }

    /// <summary>Gives the operands' registers back.</summary>
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
