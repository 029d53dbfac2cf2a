using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;
using Class = Nin.PtxSimulator.Execution.InstructionClass;

namespace Nin.PtxSimulator.Execution;

/// <remarks>
/// Here: arithmetic, logic, shifts and copies, by their whole names. A modifier such as <c>.ftz</c>, <c>.sat</c> or <c>.cc</c>, or a type, changes what is computed:
/// what is not a row is refused, whatever it resembles.
/// </remarks>
sealed unsafe partial class Decoder
{
    static Operation Arithmetic(Statement s) => s.Opcode switch
    {
        // Copies.
        "mov.pred" => new(&Lanes.PredicateLogic<PredicateCopy>, Class.Move),
        "mov.b16" or "mov.s16" or "mov.u16" or "mov.b32" or "mov.s32" or "mov.u32" or "mov.f32" => new(&Lanes.Unary<Copy<uint>, uint>, Class.Move),
        "mov.b64" or "mov.s64" or "mov.u64" or "mov.f64" or "cvta.global.u64" or "cvta.to.global.u64" => new(&Lanes.Unary<Copy<ulong>, ulong>, Class.Move),

        // Floats, rounded to the nearest: what an instruction does that names no rounding, but for contractions.
        "add.f32" or "add.rn.f32" => new(&Lanes.Binary<Add<float>, float>, Class.Float32),
        "add.f64" or "add.rn.f64" => new(&Lanes.Binary<Add<double>, double>, Class.Special),
        "sub.f32" or "sub.rn.f32" => new(&Lanes.Binary<Subtract<float>, float>, Class.Float32),
        "sub.f64" or "sub.rn.f64" => new(&Lanes.Binary<Subtract<double>, double>, Class.Special),
        "mul.f32" or "mul.rn.f32" => new(&Lanes.Binary<Multiply<float>, float>, Class.Float32),
        "mul.f64" or "mul.rn.f64" => new(&Lanes.Binary<Multiply<double>, double>, Class.Special),
        "fma.rn.f32" => new(&Lanes.Ternary<FusedMultiplyAdd, float>, Class.Float32),
        "fma.rn.f64" => new(&Lanes.Ternary<FusedMultiplyAddDouble, double>, Class.Special),
        "div.rn.f32" => new(&Lanes.Binary<DivideFloat, float>, Class.Special),
        "sqrt.rn.f32" => new(&Lanes.Unary<SquareRoot, float>, Class.Special),
        "rcp.rn.f32" => new(&Lanes.Unary<Reciprocal, float>, Class.Special),
        "neg.f32" => new(&Lanes.Unary<Negate<float>, float>, Class.Float32),
        "neg.f64" => new(&Lanes.Unary<Negate<double>, double>, Class.Special),
        "abs.f32" => new(&Lanes.Unary<Absolute<float>, float>, Class.Float32),
        "abs.f64" => new(&Lanes.Unary<Absolute<double>, double>, Class.Special),
        "min.f32" => new(&Lanes.Binary<MinimumNumber<float>, float>, Class.Float32),
        "min.f64" => new(&Lanes.Binary<MinimumNumber<double>, double>, Class.Special),
        "max.f32" => new(&Lanes.Binary<MaximumNumber<float>, float>, Class.Float32),
        "max.f64" => new(&Lanes.Binary<MaximumNumber<double>, double>, Class.Special),
        "ex2.approx.f32" => new(&Lanes.Scalar<Exp2Approximate, float, float>, Class.Special),
        "lg2.approx.f32" => new(&Lanes.Scalar<Log2Approximate, float, float>, Class.Special),
        "rcp.approx.f32" => new(&Lanes.Scalar<ReciprocalApproximate, float, float>, Class.Special),
        "rsqrt.approx.f32" => new(&Lanes.Scalar<ReciprocalRootApproximate, float, float>, Class.Special),
        "tanh.approx.f32" => new(&Lanes.Scalar<TanhApproximate, float, float>, Class.Special),
        "sin.approx.f32" => new(&Lanes.Scalar<SineApproximate, float, float>, Class.Special),
        "cos.approx.f32" => new(&Lanes.Scalar<CosineApproximate, float, float>, Class.Special),

        // Integers.
        "add.s32" or "add.u32" => new(&Lanes.Binary<Add<uint>, uint>, Class.Integer32),
        "add.s64" or "add.u64" => new(&Lanes.Binary<Add<ulong>, ulong>, Class.Integer64),
        "sub.s32" or "sub.u32" => new(&Lanes.Binary<Subtract<uint>, uint>, Class.Integer32),
        "sub.s64" or "sub.u64" => new(&Lanes.Binary<Subtract<ulong>, ulong>, Class.Integer64),
        "mul.lo.s32" or "mul.lo.u32" => new(&Lanes.Binary<Multiply<uint>, uint>, Class.Integer32),
        "mul.lo.s64" or "mul.lo.u64" => new(&Lanes.Binary<Multiply<ulong>, ulong>, Class.Integer64),
        "mad.lo.s32" or "mad.lo.u32" => new(&Lanes.Ternary<MultiplyAdd<uint>, uint>, Class.Integer32),
        "mad.lo.s64" or "mad.lo.u64" => new(&Lanes.Ternary<MultiplyAdd<ulong>, ulong>, Class.Integer64),
        "mul.wide.s32" => new(&Lanes.Scalar<WideSignedProduct, uint, ulong>, Class.Integer32),
        "mul.wide.u32" => new(&Lanes.Scalar<WideProduct, uint, ulong>, Class.Integer32),
        "mul.hi.s32" => new(&Lanes.Scalar<HighProduct<int>, int, int>, Class.Integer32),
        "mul.hi.u32" => new(&Lanes.Scalar<HighProduct<uint>, uint, uint>, Class.Integer32),
        "mul.hi.s64" => new(&Lanes.Scalar<HighProduct<long>, long, long>, Class.Integer64),
        "mul.hi.u64" => new(&Lanes.Scalar<HighProduct<ulong>, ulong, ulong>, Class.Integer64),
        "div.s32" => new(&Lanes.Scalar<Quotient<int>, int, int>, Class.Divide32),
        "div.u32" => new(&Lanes.Scalar<Quotient<uint>, uint, uint>, Class.Divide32),
        "div.s64" => new(&Lanes.Scalar<Quotient<long>, long, long>, Class.Divide64),
        "div.u64" => new(&Lanes.Scalar<Quotient<ulong>, ulong, ulong>, Class.Divide64),
        "rem.s32" => new(&Lanes.Scalar<Remainder<int>, int, int>, Class.Divide32),
        "rem.u32" => new(&Lanes.Scalar<Remainder<uint>, uint, uint>, Class.Divide32),
        "rem.s64" => new(&Lanes.Scalar<Remainder<long>, long, long>, Class.Divide64),
        "rem.u64" => new(&Lanes.Scalar<Remainder<ulong>, ulong, ulong>, Class.Divide64),
        "min.s32" => new(&Lanes.Binary<Minimum<int>, int>, Class.Integer32),
        "min.u32" => new(&Lanes.Binary<Minimum<uint>, uint>, Class.Integer32),
        "min.s64" => new(&Lanes.Binary<Minimum<long>, long>, Class.Integer64),
        "min.u64" => new(&Lanes.Binary<Minimum<ulong>, ulong>, Class.Integer64),
        "max.s32" => new(&Lanes.Binary<Maximum<int>, int>, Class.Integer32),
        "max.u32" => new(&Lanes.Binary<Maximum<uint>, uint>, Class.Integer32),
        "max.s64" => new(&Lanes.Binary<Maximum<long>, long>, Class.Integer64),
        "max.u64" => new(&Lanes.Binary<Maximum<ulong>, ulong>, Class.Integer64),
        "neg.s32" => new(&Lanes.Unary<Negate<int>, int>, Class.Integer32),
        "neg.s64" => new(&Lanes.Unary<Negate<long>, long>, Class.Integer64),
        "abs.s32" => new(&Lanes.Unary<Absolute<int>, int>, Class.Integer32),
        "abs.s64" => new(&Lanes.Unary<Absolute<long>, long>, Class.Integer64),

        // Logic and shifts.
        "and.pred" => new(&Lanes.PredicateLogic<PredicateAnd>, Class.Move),
        "and.b32" => new(&Lanes.Binary<And<uint>, uint>, Class.Integer32),
        "and.b64" => new(&Lanes.Binary<And<ulong>, ulong>, Class.Integer64),
        "or.pred" => new(&Lanes.PredicateLogic<PredicateOr>, Class.Move),
        "or.b32" => new(&Lanes.Binary<Or<uint>, uint>, Class.Integer32),
        "or.b64" => new(&Lanes.Binary<Or<ulong>, ulong>, Class.Integer64),
        "xor.pred" => new(&Lanes.PredicateLogic<PredicateXor>, Class.Move),
        "xor.b32" => new(&Lanes.Binary<Xor<uint>, uint>, Class.Integer32),
        "xor.b64" => new(&Lanes.Binary<Xor<ulong>, ulong>, Class.Integer64),
        "not.pred" => new(&Lanes.PredicateLogic<PredicateNot>, Class.Move),
        "not.b32" => new(&Lanes.Unary<Not<uint>, uint>, Class.Integer32),
        "not.b64" => new(&Lanes.Unary<Not<ulong>, ulong>, Class.Integer64),
        "shl.b32" => new(&Shifts.Run<ShiftLeft<uint>, uint>, Class.Integer32),
        "shl.b64" => new(&Shifts.Run<ShiftLeft<ulong>, ulong>, Class.Integer64),
        "shr.s32" => new(&Shifts.Run<ShiftRight<int>, int>, Class.Integer32),
        "shr.b32" or "shr.u32" => new(&Shifts.Run<ShiftRight<uint>, uint>, Class.Integer32),
        "shr.s64" => new(&Shifts.Run<ShiftRight<long>, long>, Class.Integer64),
        "shr.b64" or "shr.u64" => new(&Shifts.Run<ShiftRight<ulong>, ulong>, Class.Integer64),
        _ => throw Unknown(s),
    };
}
