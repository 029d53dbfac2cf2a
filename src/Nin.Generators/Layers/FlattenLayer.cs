using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>Channels, rows and columns to features. One feature is one pixel's, but a row of them sees the whole image.</summary>
sealed record FlattenLayer() : Layer("Flatten")
{
    public static FlattenLayer Read(ArgumentReader arguments) => new();

    public override Shape? Infer(Placement at) => at.NeedsImage() ? Shape.Features(at.Input.Elements) : null;

    public override ReceptiveField See(ReceptiveField field, Shape input) => field.Whole(input);
}
