using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>
/// <c>a b + addend</c>: fused where the hardware has the instruction, else a product and a sum. The framework's own
/// FusedMultiplyAdd is not used, because without the instruction it computes the fused result in software, which is far slower
/// than two roundings; nor is MultiplyAddEstimate, which leaves the choice to the compiler.
/// A register wider than the machine's is computed by halves, so that every width gives the same bits on one machine.
/// </summary>
static class MultiplyAdd
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Compute(float a, float b, float addend) =>
        Fma.IsSupported || AdvSimd.IsSupported ? MathF.FusedMultiplyAdd(a, b, addend) : a * b + addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Compute(Vector128<float> a, Vector128<float> b, Vector128<float> addend)
    {
        if (Fma.IsSupported)
        {
            return Fma.MultiplyAdd(a, b, addend);
        }

        return AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(addend, a, b) : a * b + addend;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Compute(Vector256<float> a, Vector256<float> b, Vector256<float> addend) =>
        Fma.IsSupported
            ? Fma.MultiplyAdd(a, b, addend)
            : Vector256.Create(
                Compute(a.GetLower(), b.GetLower(), addend.GetLower()),
                Compute(a.GetUpper(), b.GetUpper(), addend.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Compute(Vector512<float> a, Vector512<float> b, Vector512<float> addend) =>
        Avx512F.IsSupported
            ? Avx512F.FusedMultiplyAdd(a, b, addend)
            : Vector512.Create(
                Compute(a.GetLower(), b.GetLower(), addend.GetLower()),
                Compute(a.GetUpper(), b.GetUpper(), addend.GetUpper()));
}
