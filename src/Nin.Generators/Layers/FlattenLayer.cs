using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Channels, rows and columns to features. One feature belongs to one pixel, but the whole vector depends on the whole image.</summary>
sealed record FlattenLayer() : Layer(Declared)
{
    public static readonly LayerKind Declared = new("Flatten", stem: "Flatten", _ => new FlattenLayer());

    public override Shape? Infer(Placement at) => at.NeedsImage() ? Shape.Features(at.Input.Elements) : null;

    public override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => field.Whole(input);

    public override IEnumerable<(string Name, double Value)> Arguments => [];

    public override string Description => "Features in the order channel, row, column";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("Flatten", at.Input, at.Output);

    public override string ConstructorArguments(LayerSpec at) => $"device, {at.NameLiteral}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) =>
        LayerStep.Of(at, StepMemory.Linear, IsInOrder(at.Input) ? StepRole.Aliases : StepRole.Computes);

    public override bool KeepsDeadChannels => true;

    /// <summary>Memory is channels last and features are channels first: with one pixel or one channel the two are the same.</summary>
    static bool IsInOrder(Shape shape) => shape.Channels == 1 || (shape.Height == 1 && shape.Width == 1);
}
