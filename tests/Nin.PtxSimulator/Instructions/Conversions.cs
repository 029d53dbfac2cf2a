using System.Numerics;

namespace Nin.PtxSimulator.Instructions;

/// <summary>Between integers: cut off, or extended by the source's sign.</summary>
struct ConvertInteger<TFrom, TTo> : IScalar<TFrom, TTo>
    where TFrom : unmanaged, IBinaryInteger<TFrom>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public static TTo Of(TFrom a, TFrom b) => TTo.CreateTruncating(a);
}

/// <summary>An integer to the nearest float, ties to even.</summary>
struct IntegerToFloat<TFrom> : IScalar<TFrom, float>
    where TFrom : unmanaged, IBinaryInteger<TFrom>
{
    public static float Of(TFrom a, TFrom b) => float.CreateTruncating(a);
}

/// <summary>A float to an integer: towards zero, out of range the nearest one, a NaN 0.</summary>
struct FloatToInteger<TTo> : IScalar<float, TTo>
    where TTo : unmanaged, IBinaryInteger<TTo>, IMinMaxValue<TTo>
{
    public static TTo Of(float a, float b) => TTo.CreateSaturating(a);
}

struct FloatRoundEven<TTo> : IScalar<float, TTo>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public static TTo Of(float a, float b) => TTo.CreateSaturating(MathF.Round(a, MidpointRounding.ToEven));
}

/// <summary>Rounds a float to a whole number, as a float.</summary>
struct RoundFloat : IScalar<float, float>
{
    public static float Of(float a, float b) => MathF.Round(a, MidpointRounding.ToEven);
}

struct FloorFloat : IScalar<float, float>
{
    public static float Of(float a, float b) => MathF.Floor(a);
}

struct CeilingFloat : IScalar<float, float>
{
    public static float Of(float a, float b) => MathF.Ceiling(a);
}

struct TruncateFloat : IScalar<float, float>
{
    public static float Of(float a, float b) => MathF.Truncate(a);
}

/// <summary>To the nearest of 11 significant bits, ties away from zero (cvt.rna.tf32.f32).</summary>
struct ToTf32 : IScalar<float, uint>
{
    public static uint Of(float a, float b)
    {
        uint bits = BitConverter.SingleToUInt32Bits(a);
        return float.IsFinite(a) ? (bits + 0x1000) & ~0x1FFFu : bits & ~0x1FFFu | (float.IsNaN(a) ? 0x400000u : 0);
    }
}

/// <summary>From a narrow register, which takes 32 bits of a lane.</summary>
struct FromNarrow<TNarrow, TTo> : IScalar<uint, TTo>
    where TNarrow : unmanaged, IBinaryInteger<TNarrow>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public static TTo Of(uint a, uint b) => TTo.CreateTruncating(TNarrow.CreateTruncating(a));
}

/// <summary>To a narrow register, which takes 32 bits of a lane: extended to them by the sign of what is narrow, as a wider register is.</summary>
struct ToNarrow<TFrom, TNarrow> : IScalar<TFrom, uint>
    where TFrom : unmanaged, IBinaryInteger<TFrom>
    where TNarrow : unmanaged, IBinaryInteger<TNarrow>
{
    public static uint Of(TFrom a, TFrom b) => uint.CreateTruncating(TNarrow.CreateTruncating(a));
}
