using Nin.Generators.Layers;
using static System.FormattableString;

namespace Nin.Generators.Planning;

/// <summary>The names of a NiN block's parts.</summary>
static class BlockParts
{
    /// <summary>Both 1x1 convolutions as one step.</summary>
    public const string Mlp = "Mlp";

    /// <summary>The property of a convolution, counted from 0.</summary>
    public static string NameOf(int convolution) => convolution == 0 ? "Conv" : Invariant($"Pointwise{convolution}");

    /// <summary>The property of the normalisation behind it.</summary>
    public static string NormOf(int convolution) => Invariant($"Norm{convolution}");

    /// <summary>Whether the 1x1 convolutions are the perceptron that one op computes: exactly two, without normalisation.</summary>
    public static bool HasMlp(NinBlockLayer block) => block.Widths.Count == 3 && !block.BatchNorm;
}
