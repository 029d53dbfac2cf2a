using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A layer without an attribute of its own.</summary>
/// <param name="Suffix">The suffix of its name, after the name of the layer that it is inserted for.</param>
/// <param name="Layer">Kind and arguments.</param>
readonly record struct InsertedLayer(string Suffix, Layer Layer);

/// <summary>
/// A 1x1 convolution without bias and a normalisation, which map one shape to another: the shortcut of a residual block that changes shape
/// (He et al. 2015, arXiv 1512.03385, option B).
/// </summary>
static class Projection
{
    /// <summary>How the names of the layers go on after that of the layer that they are inserted for.</summary>
    public const string Suffix = "Project";

    /// <summary>The layers for one input of a layer; none where no stride maps the one shape to the other.</summary>
    public static IReadOnlyList<InsertedLayer> Of(Shape from, Shape to, int input)
    {
        if (from.IsFlat || to.IsFlat) return [];

        // The least stride that gives no more pixels than required, on both axes: a greater one gives even fewer.
        long stride = Math.Max(CeilingRatio(from.Height, to.Height), CeilingRatio(from.Width, to.Width));
        if (CeilingRatio(from.Height, stride) != to.Height || CeilingRatio(from.Width, stride) != to.Width) return [];

        string ordinal = input == 1 ? "" : Invariant($"{input}");
        var window = Window.Square(1, (int)stride);
        return
        [
            new($"{Suffix}{ordinal}", new Conv2dLayer((int)to.Channels, window, LayerDefaults.Groups, Bias: false)),
            new($"{Suffix}{ordinal}Norm", new BatchNorm2dLayer(LayerDefaults.BatchNormEpsilon, LayerDefaults.BatchNormMomentum)),
        ];
    }

    static long CeilingRatio(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
