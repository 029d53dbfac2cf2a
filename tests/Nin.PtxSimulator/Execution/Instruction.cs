namespace Nin.PtxSimulator.Execution;

/// <summary>What kind of work an instruction is, for the counters.</summary>
public enum InstructionClass
{
    /// <summary>Copies between registers, and logic on predicates.</summary>
    Move,

    /// <summary>Additions, multiplications, fused multiply-adds and comparisons of float32.</summary>
    Float32,

    /// <summary>Tensor cores.</summary>
    Tensor,

    /// <summary>Integers of 32 bits, and selections.</summary>
    Integer32,

    /// <summary>Integers of 64 bits, which the hardware has to put together.</summary>
    Integer64,

    /// <summary>Integer division and remainder of 32 bits: some 20 machine instructions each.</summary>
    Divide32,

    /// <summary>Integer division and remainder of 64 bits: some 70 machine instructions each.</summary>
    Divide64,

    /// <summary>Square roots, divisions, exponentials and logarithms of float32, and shuffles.</summary>
    Special,

    /// <summary>Conversions.</summary>
    Convert,

    /// <summary>Reads of global memory.</summary>
    GlobalLoad,

    /// <summary>Writes to global memory, and atomics.</summary>
    GlobalStore,

    /// <summary>Reads of shared memory.</summary>
    SharedLoad,

    /// <summary>Writes to shared memory.</summary>
    SharedStore,

    /// <summary>Copies from global to shared memory that pass no register.</summary>
    AsyncCopy,

    /// <summary>Reads of parameters.</summary>
    Parameter,

    /// <summary>Branches, exits and barriers.</summary>
    Control,
}

/// <summary>How the block's loop treats an instruction.</summary>
enum Flow : byte
{
    Next,
    Branch,
    Join,
    Barrier,
    Exit,
}

/// <summary>
/// An instruction, ready to run for a warp. Operands are offsets into the warp's register file: 32 lanes of 4 or 8 bytes, or a predicate's mask of
/// 32 bits. Constants and special registers have places there too.
/// </summary>
unsafe struct Instruction
{
    public delegate*<Warp, Instruction*, void> Execute;
    public Flow Flow;
    public InstructionClass Class;

    /// <summary>Place of the predicate that guards it, or -1.</summary>
    public int Guard;
    public bool GuardIsNegated;
    public int D, D1, D2, D3, A, A1, A2, A3, B, B1, C, C1, C2, C3;

    /// <summary>Parts of a vector access; bytes of an asynchronous copy, and groups of them that may go on.</summary>
    public int Count;

    /// <summary>An address's offset.</summary>
    public long Immediate;

    /// <summary>The offset of the address that an asynchronous copy reads.</summary>
    public long SourceImmediate;

    /// <summary>Where a branch goes.</summary>
    public int Target;

    /// <summary>Where the lanes of a branch meet again; -1 where only at the exit.</summary>
    public int Join;
    public int Index;
    public int Line;

    public void SetTarget(int part, int place)
    {
        if (part == 0) D = place;
        else if (part == 1) D1 = place;
        else if (part == 2) D2 = place;
        else D3 = place;
    }

    public readonly int Target4(int part) => part == 0 ? D : part == 1 ? D1 : part == 2 ? D2 : D3;

    public void SetSource(int operand, int part, int place)
    {
        if (operand == 0)
        {
            if (part == 0) A = place;
            else if (part == 1) A1 = place;
            else if (part == 2) A2 = place;
            else A3 = place;
        }
        else if (operand == 1)
        {
            if (part == 0) B = place;
            else B1 = place;
        }
        else if (part == 0) C = place;
        else if (part == 1) C1 = place;
        else if (part == 2) C2 = place;
        else C3 = place;
    }
}
