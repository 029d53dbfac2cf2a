using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>The mean of each channel.</summary>
sealed record GlobalAvgPool2dLayer() : Layer("GlobalAvgPool2d")
{
    public static GlobalAvgPool2dLayer Read(ArgumentReader arguments) => new();

    public override Shape? Infer(Placement at) => at.NeedsImage() ? Shape.Chw(at.Input.Channels, 1, 1) : null;

    public override ReceptiveField See(ReceptiveField field, Shape input) => field.Whole(input);
}
