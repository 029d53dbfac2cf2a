using System.Text.RegularExpressions;

namespace Nin;

/// <summary>
/// How PTX rounds. An <c>add.f32</c> or <c>mul.f32</c> as ILGPU writes it may be contracted: the driver's compiler joins the two into one fused multiply-add where it
/// likes, in one kernel and not in another. Then what two kernels compute by the same formula (a ReLU's mask, forward and backward) may differ in its last bit. With
/// <c>.rn</c> each is rounded as it is written; what is to be fused says so, by <see cref="Ops.FusedMultiplyAdd"/>.
/// </summary>
static partial class PtxRounding
{
    /// <summary>The same text, where no sum or product of float32 or float64 is contracted.</summary>
    public static string AsWritten(string ptx) => Contractible().Replace(ptx, "$1.rn$2");

    [GeneratedRegex(@"(?<![.\w])(add|sub|mul)(\.f(?:32|64)\b)")]
    private static partial Regex Contractible();
}
