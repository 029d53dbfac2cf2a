using System.Globalization;
using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;
using Class = Nin.PtxSimulator.Execution.InstructionClass;

namespace Nin.PtxSimulator.Execution;

/// <summary>What runs an instruction, and what it counts as.</summary>
readonly unsafe struct Operation(delegate*<Warp, Instruction*, void> execute, InstructionClass kind)
{
    public readonly delegate*<Warp, Instruction*, void> Execute = execute;
    public readonly InstructionClass Class = kind;
}

/// <summary>Turns statements into instructions: what to run, and where its operands are. What is not here is refused by name.</summary>
sealed unsafe partial class Decoder(PtxKernel kernel, RegisterFile registers)
{
    readonly Dictionary<int, int> statements = [];

    /// <summary>The statement that a decoded branch came from.</summary>
    public int StatementOf(in Instruction branch) => statements[branch.Line];

    public Instruction Decode(Statement s)
    {
        var i = new Instruction { Line = s.Line, Guard = s.Guard is null ? -1 : registers.Register(s.Guard, s.Line), GuardIsNegated = s.GuardIsNegated, Count = 1 };
        string[] parts = s.Opcode.Split('.');
        string type = parts[^1];
        switch (parts[0])
        {
            case "bra" when ControlFlow.IsBranch(s):
                statements[s.Line] = kernel.Statements.IndexOf(s);
                return i with { Flow = Flow.Branch, Class = Class.Control };
            case "ret" or "exit" when ControlFlow.EndsBlock(s):
                return i with { Flow = Flow.Exit, Class = Class.Control };
            case "bar" or "barrier":
                if (s.Opcode is not ("bar.sync" or "barrier.sync.aligned") || i.Guard >= 0 || s.Operands.Length != 1 || s.Operands[0][0] != "0") throw Unknown(s);
                return i with { Flow = Flow.Barrier, Class = Class.Control };
            case "ld" or "st":
                Access(s, parts, type, ref i);
                return i;
            case "red" or "atom":
                Atomic(s, parts, type, ref i);
                return i;
            case "cp":
                Copy(s, parts, ref i);
                return i;
            case "mma":
                if (s.Opcode != "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32") throw Unknown(s);
                i.Execute = &TensorCore.MultiplyAdd;
                i.Class = Class.Tensor;
                Sources(s, "b32", "b32", "f32", ref i);
                Targets(s, "f32", ref i);
                return i;
            case "shfl":
                i.Execute = s.Opcode switch
                {
                    "shfl.sync.down.b32" => &Shuffle.Down,
                    "shfl.sync.up.b32" => &Shuffle.Up,
                    "shfl.sync.bfly.b32" => &Shuffle.Butterfly,
                    "shfl.sync.idx.b32" => &Shuffle.Indexed,
                    _ => throw Unknown(s),
                };
                i.Class = Class.Special;
                Sources(s, "b32", "b32", "b32", ref i);
                Targets(s, "b32", ref i);
                return i;
            case "setp":
                Comparison(s, parts, type, ref i);
                return i;
            case "selp" when parts.Length == 2:
                i.Execute = Bytes(type, s) == 8 ? &Lanes.Select<ulong> : &Lanes.Select<uint>;
                i.Class = Class.Integer32;
                Sources(s, type, type, "pred", ref i);
                Targets(s, type, ref i);
                return i;
            case "cvt":
                Conversion(s, parts, ref i);
                return i;
            case "testp":
                i.Execute = s.Opcode == "testp.notanumber.f32" ? &Lanes.Compare<Unordered<Never>, float> : throw Unknown(s);
                i.B = i.A = Source(s.Operands[1][0], type, s);
                i.Class = Class.Float32;
                Targets(s, "pred", ref i);
                return i;
            default:
                // Such as mov.b64 of two halves.
                if (s.Operands.Any(o => o.Length > 1)) throw Unknown(s);
                Operation operation = Arithmetic(s);
                i.Execute = operation.Execute;
                i.Class = operation.Class;
                break;
        }

        // Shifts count in 32 bits; a wide product has twice the operands' width.
        string second = parts[0] is "shl" or "shr" ? "u32" : type;
        Sources(s, type, second, type, ref i);
        Targets(s, parts[1] == "wide" ? "b64" : type, ref i);
        return i;
    }

    static (string Name, long Offset) Address(string operand, Statement s)
    {
        if (!operand.StartsWith('[')) throw Unknown(s);
        string inner = operand[1..^1].Trim();
        int sign = inner.IndexOfAny(['+', '-']);
        return sign < 0 ? (inner, 0) : (inner[..sign].Trim(), long.Parse(inner[sign..].TrimStart('+'), CultureInfo.InvariantCulture));
    }

    void Sources(Statement s, string first, string second, string third, ref Instruction i)
    {
        for (int o = 1; o < s.Operands.Length && o <= 3; o++)
        {
            string type = o == 1 ? first : o == 2 ? second : third;
            for (int part = 0; part < s.Operands[o].Length; part++) i.SetSource(o - 1, part, Source(s.Operands[o][part], type, s));
        }
    }

    void Targets(Statement s, string type, ref Instruction i)
    {
        for (int part = 0; part < s.Operands[0].Length; part++) i.SetTarget(part, Register(s.Operands[0][part], type, s));
    }

    // PTX lets some registers be wider than what is read or written. Here they are as wide as that, or both have 32 bits or less.
    int Register(string name, string type, Statement s)
    {
        var kind = type == "pred" ? RegisterKind.Predicate : Bytes(type, s) == 8 ? RegisterKind.Wide : RegisterKind.Narrow;
        if (registers.KindOf(name) != kind) throw new PtxException($"line {s.Line}: {s.Opcode} of {name}, a register of another width, is not simulated");
        return registers.Register(name, s.Line);
    }

    int Source(string operand, string type, Statement s)
    {
        if (RegisterFile.IsRegister(operand)) return Register(operand, type, s);
        if (operand.StartsWith('%')) return Bytes(type, s) == 4 ? registers.Special(operand, s.Line) : throw Unknown(s);
        if (type == "pred") return registers.Constant(operand == "0" ? 0u : uint.MaxValue, wide: false);
        bool wide = Bytes(type, s) == 8;
        if (SharedOffset(operand) is { } offset) return registers.Constant((ulong)offset, wide);
        return registers.Constant(Constant(operand, s), wide);
    }

    long? SharedOffset(string name) => kernel.Shared.Exists(v => v.Name == name) ? kernel.Shared.Find(v => v.Name == name).Offset : null;

    static ulong Constant(string text, Statement s)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase) || text.StartsWith("0d", StringComparison.OrdinalIgnoreCase) || text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long signed)) return (ulong)signed;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : throw Unknown(s);
    }

    static int Bytes(string type, Statement s) => PtxType.Bytes(type, s.Line);

    static PtxException Unknown(Statement s) => new($"line {s.Line}: {s.Opcode} is not simulated in this form");
}
