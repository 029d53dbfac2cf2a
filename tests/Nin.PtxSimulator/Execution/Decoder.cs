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
sealed unsafe class Decoder(PtxKernel kernel, RegisterFile registers)
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
            case "bra":
                statements[s.Line] = kernel.Statements.IndexOf(s);
                return i with { Flow = Flow.Branch, Class = Class.Control };
            case "ret" or "exit":
                return i with { Flow = Flow.Exit, Class = Class.Control };
            case "bar" or "barrier":
                if (i.Guard >= 0 || s.Operands.Length != 1 || s.Operands[0][0] != "0") throw Unknown(s);
                return i with { Flow = Flow.Barrier, Class = Class.Control };
            case "ld" or "st":
                Access(s, parts, type, ref i);
                return i;
            case "red" or "atom":
                Atomic(s, parts, type, ref i);
                return i;
            case "mma":
                if (s.Opcode != "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32") throw Unknown(s);
                i.Execute = &TensorCore.MultiplyAdd;
                i.Class = Class.Tensor;
                Sources(s, "b32", "b32", "f32", ref i);
                Targets(s, 0, ref i);
                return i;
            case "shfl":
                i.Execute = parts[2] switch { "down" => &Shuffle.Down, "up" => &Shuffle.Up, "bfly" => &Shuffle.Butterfly, _ => &Shuffle.Indexed };
                i.Class = Class.Special;
                break;
            case "setp":
                Comparison(s, parts, type, ref i);
                return i;
            case "selp":
                i.Execute = Bytes(type, s) == 8 ? &Lanes.Select<ulong> : &Lanes.Select<uint>;
                i.Class = Class.Integer32;
                Sources(s, type, type, "pred", ref i);
                Targets(s, 0, ref i);
                return i;
            case "cvt":
                Conversion(s, parts, ref i);
                Sources(s, type, type, type, ref i);
                Targets(s, 0, ref i);
                return i;
            case "testp":
                i.Execute = parts[1] == "notanumber" ? &Lanes.Compare<Unordered<Never>, float> : throw Unknown(s);
                i.B = i.A = Source(s.Operands[1][0], type, s);
                i.Class = Class.Float32;
                Targets(s, 0, ref i);
                return i;
            default:
                Operation operation = Arithmetic(s, parts, type);
                i.Execute = operation.Execute;
                i.Class = operation.Class;
                break;
        }

        // Shifts count in 32 bits; a wide product's addend has twice the operands' width.
        bool wide = parts.Contains("wide");
        string second = parts[0] is "shl" or "shr" ? "u32" : type;
        Sources(s, type, second, wide ? (type == "s32" ? "s64" : "u64") : type, ref i);
        Targets(s, 0, ref i);
        return i;
    }

    static Operation Arithmetic(Statement s, string[] parts, string type)
    {
        Class word = type is "s64" or "u64" or "b64" ? Class.Integer64 : Class.Integer32;
        bool wide = word == Class.Integer64;
        switch (parts[0])
        {
            case "mov" or "cvta":
                if (type == "pred") return new(&Lanes.PredicateLogic<PredicateCopy>, Class.Move);
                return new(Bytes(type, s) == 8 ? &Lanes.Unary<Copy<ulong>, ulong> : &Lanes.Unary<Copy<uint>, uint>, Class.Move);
            case "add":
                if (type == "f32") return new(&Lanes.Binary<Add<float>, float>, Class.Float32);
                if (type == "f64") return new(&Lanes.Binary<Add<double>, double>, Class.Special);
                return new(wide ? &Lanes.Binary<Add<ulong>, ulong> : &Lanes.Binary<Add<uint>, uint>, word);
            case "sub":
                if (type == "f32") return new(&Lanes.Binary<Subtract<float>, float>, Class.Float32);
                return new(wide ? &Lanes.Binary<Subtract<ulong>, ulong> : &Lanes.Binary<Subtract<uint>, uint>, word);
            case "mul":
                if (type == "f32") return new(&Lanes.Binary<Multiply<float>, float>, Class.Float32);
                if (type == "f64") return new(&Lanes.Binary<Multiply<double>, double>, Class.Special);
                if (parts[1] == "wide") return new(type == "s32" ? &Lanes.Scalar<WideSignedProduct, uint, ulong> : &Lanes.Scalar<WideProduct, uint, ulong>, Class.Integer32);
                if (parts[1] == "hi")
                {
                    return new(type switch
                    {
                        "s32" => &Lanes.Scalar<HighProduct<int>, int, int>,
                        "u32" => &Lanes.Scalar<HighProduct<uint>, uint, uint>,
                        "s64" => &Lanes.Scalar<HighProduct<long>, long, long>,
                        _ => &Lanes.Scalar<HighProduct<ulong>, ulong, ulong>,
                    }, word);
                }

                return new(wide ? &Lanes.Binary<Multiply<ulong>, ulong> : &Lanes.Binary<Multiply<uint>, uint>, word);
            case "mad" when parts[1] == "lo":
                return new(wide ? &Lanes.Ternary<MultiplyAdd<ulong>, ulong> : &Lanes.Ternary<MultiplyAdd<uint>, uint>, word);
            case "fma" when type == "f32":
                return new(&Lanes.Ternary<FusedMultiplyAdd, float>, Class.Float32);
            case "div":
                return type switch
                {
                    "f32" => new Operation(&Lanes.Binary<DivideFloat, float>, Class.Special),
                    "s32" => new Operation(&Lanes.Scalar<Quotient<int>, int, int>, Class.Divide32),
                    "u32" => new Operation(&Lanes.Scalar<Quotient<uint>, uint, uint>, Class.Divide32),
                    "s64" => new Operation(&Lanes.Scalar<Quotient<long>, long, long>, Class.Divide64),
                    "u64" => new Operation(&Lanes.Scalar<Quotient<ulong>, ulong, ulong>, Class.Divide64),
                    _ => throw Unknown(s),
                };
            case "rem":
                return type switch
                {
                    "s32" => new Operation(&Lanes.Scalar<Remainder<int>, int, int>, Class.Divide32),
                    "u32" => new Operation(&Lanes.Scalar<Remainder<uint>, uint, uint>, Class.Divide32),
                    "s64" => new Operation(&Lanes.Scalar<Remainder<long>, long, long>, Class.Divide64),
                    "u64" => new Operation(&Lanes.Scalar<Remainder<ulong>, ulong, ulong>, Class.Divide64),
                    _ => throw Unknown(s),
                };
            case "shl":
                return new(wide ? &Shifts.Run<ShiftLeft<ulong>, ulong> : &Shifts.Run<ShiftLeft<uint>, uint>, word);
            case "shr":
                return new(type switch
                {
                    "s32" => &Shifts.Run<ShiftRight<int>, int>,
                    "s64" => &Shifts.Run<ShiftRight<long>, long>,
                    "u64" or "b64" => &Shifts.Run<ShiftRight<ulong>, ulong>,
                    _ => &Shifts.Run<ShiftRight<uint>, uint>,
                }, word);
            case "and":
                if (type == "pred") return new(&Lanes.PredicateLogic<PredicateAnd>, Class.Move);
                return new(wide ? &Lanes.Binary<And<ulong>, ulong> : &Lanes.Binary<And<uint>, uint>, word);
            case "or":
                if (type == "pred") return new(&Lanes.PredicateLogic<PredicateOr>, Class.Move);
                return new(wide ? &Lanes.Binary<Or<ulong>, ulong> : &Lanes.Binary<Or<uint>, uint>, word);
            case "xor":
                if (type == "pred") return new(&Lanes.PredicateLogic<PredicateXor>, Class.Move);
                return new(wide ? &Lanes.Binary<Xor<ulong>, ulong> : &Lanes.Binary<Xor<uint>, uint>, word);
            case "not":
                if (type == "pred") return new(&Lanes.PredicateLogic<PredicateNot>, Class.Move);
                return new(wide ? &Lanes.Unary<Not<ulong>, ulong> : &Lanes.Unary<Not<uint>, uint>, word);
            case "neg":
                if (type == "f32") return new(&Lanes.Unary<Negate<float>, float>, Class.Float32);
                return new(wide ? &Lanes.Unary<Negate<long>, long> : &Lanes.Unary<Negate<int>, int>, word);
            case "abs":
                if (type == "f32") return new(&Lanes.Unary<Absolute<float>, float>, Class.Float32);
                return new(wide ? &Lanes.Unary<Absolute<long>, long> : &Lanes.Unary<Absolute<int>, int>, word);
            case "min":
                return type switch
                {
                    "f32" => new Operation(&Lanes.Binary<MinimumFloat, float>, Class.Float32),
                    "s32" => new Operation(&Lanes.Binary<Minimum<int>, int>, word),
                    "u32" => new Operation(&Lanes.Binary<Minimum<uint>, uint>, word),
                    "s64" => new Operation(&Lanes.Binary<Minimum<long>, long>, word),
                    _ => new Operation(&Lanes.Binary<Minimum<ulong>, ulong>, word),
                };
            case "max":
                return type switch
                {
                    "f32" => new Operation(&Lanes.Binary<MaximumFloat, float>, Class.Float32),
                    "s32" => new Operation(&Lanes.Binary<Maximum<int>, int>, word),
                    "u32" => new Operation(&Lanes.Binary<Maximum<uint>, uint>, word),
                    "s64" => new Operation(&Lanes.Binary<Maximum<long>, long>, word),
                    _ => new Operation(&Lanes.Binary<Maximum<ulong>, ulong>, word),
                };
            case "sqrt" when parts[1] == "rn" && type == "f32":
                return new(&Lanes.Unary<SquareRoot, float>, Class.Special);
            case "rcp" when parts[1] == "rn" && type == "f32":
                return new(&Lanes.Unary<Reciprocal, float>, Class.Special);
        }

        return new(s.Opcode switch
        {
            "ex2.approx.f32" => &Lanes.Scalar<Exp2Approximate, float, float>,
            "lg2.approx.f32" => &Lanes.Scalar<Log2Approximate, float, float>,
            "rcp.approx.f32" => &Lanes.Scalar<ReciprocalApproximate, float, float>,
            "rsqrt.approx.f32" => &Lanes.Scalar<ReciprocalRootApproximate, float, float>,
            "tanh.approx.f32" => &Lanes.Scalar<TanhApproximate, float, float>,
            "sin.approx.f32" => &Lanes.Scalar<SineApproximate, float, float>,
            "cos.approx.f32" => &Lanes.Scalar<CosineApproximate, float, float>,
            _ => throw Unknown(s),
        }, Class.Special);
    }

    void Comparison(Statement s, string[] parts, string type, ref Instruction i)
    {
        if (parts.Length != 3 || s.Operands.Length != 3) throw Unknown(s);
        string how = parts[1];
        i.Execute = type switch
        {
            "f32" => how switch
            {
                "eq" => &Lanes.Compare<IsEqual<float>, float>,
                "ne" => &Lanes.Compare<Ordered<IsUnequal<float>>, float>,
                "lt" => &Lanes.Compare<IsLess<float>, float>,
                "le" => &Lanes.Compare<IsLessOrEqual<float>, float>,
                "gt" => &Lanes.Compare<IsGreater<float>, float>,
                "ge" => &Lanes.Compare<IsGreaterOrEqual<float>, float>,
                "equ" => &Lanes.Compare<Unordered<IsEqual<float>>, float>,
                "neu" => &Lanes.Compare<IsUnequal<float>, float>,
                "ltu" => &Lanes.Compare<Unordered<IsLess<float>>, float>,
                "leu" => &Lanes.Compare<Unordered<IsLessOrEqual<float>>, float>,
                "gtu" => &Lanes.Compare<Unordered<IsGreater<float>>, float>,
                "geu" => &Lanes.Compare<Unordered<IsGreaterOrEqual<float>>, float>,
                "num" => &Lanes.Compare<Ordered<Always>, float>,
                "nan" => &Lanes.Compare<Unordered<Never>, float>,
                _ => throw Unknown(s),
            },
            "s32" or "b32" => Compared<int>(how, s),
            "u32" => Compared<uint>(how, s),
            "s64" or "b64" => Compared<long>(how, s),
            "u64" => Compared<ulong>(how, s),
            _ => throw Unknown(s),
        };
        i.Class = type switch { "f32" => Class.Float32, "s64" or "u64" or "b64" => Class.Integer64, _ => Class.Integer32 };
        Sources(s, type, type, type, ref i);
        Targets(s, 0, ref i);
    }

    static delegate*<Warp, Instruction*, void> Compared<T>(string how, Statement s) => how switch
    {
        "eq" => &Lanes.Compare<IsEqual<T>, T>,
        "ne" => &Lanes.Compare<IsUnequal<T>, T>,
        "lt" or "lo" => &Lanes.Compare<IsLess<T>, T>,
        "le" or "ls" => &Lanes.Compare<IsLessOrEqual<T>, T>,
        "gt" or "hi" => &Lanes.Compare<IsGreater<T>, T>,
        "ge" or "hs" => &Lanes.Compare<IsGreaterOrEqual<T>, T>,
        _ => throw Unknown(s),
    };

    static void Conversion(Statement s, string[] parts, ref Instruction i)
    {
        string to = parts[^2], from = parts[^1], how = parts.Length > 3 ? parts[1] : "";
        i.Class = Class.Convert;
        i.Execute = (to, from, how) switch
        {
            ("s64", "s32", _) => &Lanes.Widen,
            ("u64" or "s64" or "b64", "u32" or "b32", _) => &Lanes.Scalar<ConvertInteger<uint, ulong>, uint, ulong>,
            ("s32" or "u32" or "b32", "s64" or "u64" or "b64", _) => &Lanes.Scalar<ConvertInteger<ulong, uint>, ulong, uint>,
            ("s32" or "u32" or "b32", "s32" or "u32" or "b32", _) => &Lanes.Unary<Copy<uint>, uint>,
            ("s64" or "u64", "s64" or "u64", _) => &Lanes.Unary<Copy<ulong>, ulong>,
            ("tf32", "f32", "rna") => &Lanes.Scalar<ToTf32, float, uint>,
            ("f32", "s32", "rn") => &Lanes.Scalar<IntegerToFloat<int>, int, float>,
            ("f32", "u32", "rn") => &Lanes.Scalar<IntegerToFloat<uint>, uint, float>,
            ("f32", "s64", "rn") => &Lanes.Scalar<IntegerToFloat<long>, long, float>,
            ("f32", "u64", "rn") => &Lanes.Scalar<IntegerToFloat<ulong>, ulong, float>,
            ("s32", "f32", "rzi") => &Lanes.Scalar<FloatToInteger<int>, float, int>,
            ("u32", "f32", "rzi") => &Lanes.Scalar<FloatToInteger<uint>, float, uint>,
            ("s64", "f32", "rzi") => &Lanes.Scalar<FloatToInteger<long>, float, long>,
            ("s32", "f32", "rni") => &Lanes.Scalar<FloatRoundEven<int>, float, int>,
            ("f32", "f32", "rni") => &Lanes.Scalar<RoundFloat, float, float>,
            ("f32", "f32", "rmi") => &Lanes.Scalar<FloorFloat, float, float>,
            ("f32", "f32", "rpi") => &Lanes.Scalar<CeilingFloat, float, float>,
            ("f32", "f32", "rzi") => &Lanes.Scalar<TruncateFloat, float, float>,
            ("s32" or "u32", "u8" or "b8", _) => &Lanes.Scalar<FromNarrow<byte, uint>, uint, uint>,
            ("s32" or "u32", "s8", _) => &Lanes.Scalar<FromNarrow<sbyte, uint>, uint, uint>,
            ("s32" or "u32", "u16" or "b16", _) => &Lanes.Scalar<FromNarrow<ushort, uint>, uint, uint>,
            ("s32" or "u32", "s16", _) => &Lanes.Scalar<FromNarrow<short, uint>, uint, uint>,
            ("u8" or "s8" or "b8", "u32" or "s32" or "b32", _) => &Lanes.Scalar<ToNarrow<uint, byte>, uint, uint>,
            ("u16" or "s16" or "b16", "u32" or "s32" or "b32", _) => &Lanes.Scalar<ToNarrow<uint, ushort>, uint, uint>,
            _ => throw Unknown(s),
        };
    }

    void Access(Statement s, string[] parts, string type, ref Instruction i)
    {
        bool loads = parts[0] == "ld";
        string[] values = s.Operands[loads ? 0 : 1];
        string address = s.Operands[loads ? 1 : 0][0];
        i.Count = parts.Contains("v4") ? 4 : parts.Contains("v2") ? 2 : 1;
        if (values.Length != i.Count) throw Unknown(s);
        int bytes = Bytes(type, s);
        string space = parts[1];
        (string name, i.Immediate) = Address(address, s);
        switch (space)
        {
            case "param" when loads:
                Variable parameter = kernel.Parameters.Find(p => p.Name == name);
                if (parameter.Name is null) throw Unknown(s);
                i.Immediate += parameter.Offset;
                i.Execute = bytes switch { 1 => &Parameters.Load<byte>, 2 => &Parameters.Load<ushort>, 4 => &Parameters.Load<uint>, _ => &Parameters.Load<ulong> };
                i.Class = Class.Parameter;
                break;
            case "global":
                i.Execute = loads
                    ? bytes switch { 1 => &GlobalAccess.Load<byte>, 2 => &GlobalAccess.Load<ushort>, 4 => &GlobalAccess.Load<uint>, _ => &GlobalAccess.Load<ulong> }
                    : bytes switch { 1 => &GlobalAccess.Store<byte>, 2 => &GlobalAccess.Store<ushort>, 4 => &GlobalAccess.Store<uint>, _ => &GlobalAccess.Store<ulong> };
                i.Class = loads ? Class.GlobalLoad : Class.GlobalStore;
                i.A = Pointer(name, s, ref i);
                break;
            case "shared":
                i.Execute = loads
                    ? bytes switch { 1 => &SharedAccess.Load<byte>, 2 => &SharedAccess.Load<ushort>, 4 => &SharedAccess.Load<uint>, _ => &SharedAccess.Load<ulong> }
                    : bytes switch { 1 => &SharedAccess.Store<byte>, 2 => &SharedAccess.Store<ushort>, 4 => &SharedAccess.Store<uint>, _ => &SharedAccess.Store<ulong> };
                i.Class = loads ? Class.SharedLoad : Class.SharedStore;
                i.A = Pointer(name, s, ref i);
                break;
            default:
                throw Unknown(s);
        }

        for (int part = 0; part < i.Count; part++) i.SetTarget(part, Source(values[part], type, s));
    }

    void Atomic(Statement s, string[] parts, string type, ref Instruction i)
    {
        if (parts[1] != "global") throw Unknown(s);
        bool reduces = parts[0] == "red";
        i.Execute = (parts[^2], type) switch
        {
            ("add", "f32") => &Atomics.Global<AtomicAdd<float>, float>,
            ("add", "s32" or "u32") => &Atomics.Global<AtomicAdd<uint>, uint>,
            ("add", "u64" or "s64") => &Atomics.Global<AtomicAdd<ulong>, ulong>,
            ("min", "s32") => &Atomics.Global<AtomicMinimum<int>, int>,
            ("max", "s32") => &Atomics.Global<AtomicMaximum<int>, int>,
            ("min", "u32") => &Atomics.Global<AtomicMinimum<uint>, uint>,
            ("max", "u32") => &Atomics.Global<AtomicMaximum<uint>, uint>,
            ("exch", "b32" or "u32" or "s32" or "f32") => &Atomics.Global<AtomicExchange<uint>, uint>,
            _ => throw Unknown(s),
        };
        i.Class = Class.GlobalStore;
        (string name, i.Immediate) = Address(s.Operands[reduces ? 0 : 1][0], s);
        i.A = Pointer(name, s, ref i);
        i.B = Source(s.Operands[reduces ? 1 : 2][0], type, s);
        i.D = reduces ? -1 : registers.Register(s.Operands[0][0], s.Line);
    }

    int Pointer(string name, Statement s, ref Instruction i)
    {
        if (RegisterFile.IsRegister(name)) return registers.Register(name, s.Line);
        i.Immediate += SharedOffset(name) ?? throw Unknown(s);
        return registers.Constant(0, wide: true);
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

    void Targets(Statement s, int operand, ref Instruction i)
    {
        for (int part = 0; part < s.Operands[operand].Length; part++) i.SetTarget(part, registers.Register(s.Operands[operand][part], s.Line));
    }

    int Source(string operand, string type, Statement s)
    {
        if (RegisterFile.IsRegister(operand)) return registers.Register(operand, s.Line);
        if (operand.StartsWith('%')) return registers.Special(operand);
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
