using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;
using Class = Nin.PtxSimulator.Execution.InstructionClass;

namespace Nin.PtxSimulator.Execution;

/// <remarks>Here: arithmetic, logic, shifts and copies.</remarks>
sealed unsafe partial class Decoder
{
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
}
