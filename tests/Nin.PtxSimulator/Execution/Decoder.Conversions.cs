using Nin.PtxSimulator.Instructions;
using Nin.PtxSimulator.Parsing;
using Class = Nin.PtxSimulator.Execution.InstructionClass;

namespace Nin.PtxSimulator.Execution;

/// <remarks>Here: comparisons and conversions.</remarks>
sealed unsafe partial class Decoder
{
    void Comparison(Statement s, string[] parts, string type, ref Instruction i)
    {
        if (parts.Length != 3 || s.Operands.Length != 3) throw Unknown(s);
        string how = parts[1];
        // Bits are equal or not; and only unsigned numbers are lower or higher, the same or not.
        if ((type[0] == 'b' && how is not ("eq" or "ne")) || (type[0] != 'u' && how is "lo" or "ls" or "hi" or "hs")) throw Unknown(s);
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
        Targets(s, "pred", ref i);
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

    void Conversion(Statement s, string[] parts, ref Instruction i)
    {
        if (parts.Length is not (3 or 4) || s.Operands.Length != 2) throw Unknown(s);
        string to = parts[^2], from = parts[^1], how = parts.Length > 3 ? parts[1] : "";
        i.Class = Class.Convert;
        i.Execute = (to, from, how) switch
        {
            ("s64", "s32", "") => &Lanes.Widen,
            ("u64" or "s64", "u32", "") => &Lanes.Scalar<ConvertInteger<uint, ulong>, uint, ulong>,
            ("s32" or "u32", "s64" or "u64", "") => &Lanes.Scalar<ConvertInteger<ulong, uint>, ulong, uint>,
            ("s32" or "u32", "s32" or "u32", "") => &Lanes.Unary<Copy<uint>, uint>,
            ("s64" or "u64", "s64" or "u64", "") => &Lanes.Unary<Copy<ulong>, ulong>,
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
            ("s32" or "u32", "u8", "") => &Lanes.Scalar<FromNarrow<byte, uint>, uint, uint>,
            ("s32" or "u32", "s8", "") => &Lanes.Scalar<FromNarrow<sbyte, uint>, uint, uint>,
            ("s32" or "u32", "u16", "") => &Lanes.Scalar<FromNarrow<ushort, uint>, uint, uint>,
            ("s32" or "u32", "s16", "") => &Lanes.Scalar<FromNarrow<short, uint>, uint, uint>,
            ("u8", "u32" or "s32", "") => &Lanes.Scalar<ToNarrow<uint, byte>, uint, uint>,
            ("s8", "u32" or "s32", "") => &Lanes.Scalar<ToNarrow<uint, sbyte>, uint, uint>,
            ("u16", "u32" or "s32", "") => &Lanes.Scalar<ToNarrow<uint, ushort>, uint, uint>,
            ("s16", "u32" or "s32", "") => &Lanes.Scalar<ToNarrow<uint, short>, uint, uint>,
            _ => throw Unknown(s),
        };
        Sources(s, from, from, from, ref i);
        Targets(s, to == "tf32" ? "b32" : to, ref i);
    }
}
