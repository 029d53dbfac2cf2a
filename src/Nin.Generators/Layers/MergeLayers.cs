using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A layer of several inputs, whose shapes must fit the first one's.</summary>
abstract record MergeLayer(LayerKind Kind) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at)
    {
        bool fits = true;
        for (int i = 1; i < at.Inputs.Count; i++)
        {
            if (Fits(at.Inputs[i].Shape, at.Input)) continue;

            fits = false;
            (string needs, string fix) = Requirement(at.Inputs[i].Shape, at.Input);
            at.Report(
                Rules.ShapesDoNotFit,
                i switch { 1 => "second", _ => "more" },
                $"{at.Inputs[0].Says} and {at.Inputs[i].Says}, but {Kind.Name} needs {needs}",
                $"make the latter give {fix}",
                element: Math.Max(0, i - 2));
        }

        return fits ? Merge(at) : null;
    }

    public sealed override IEnumerable<(string Name, double Value)> Arguments => [];

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Output);

    protected abstract bool Fits(Shape other, Shape first);

    /// <summary>What the layer needs of its inputs, and what the one that does not fit should give.</summary>
    protected abstract (string Needs, string Fix) Requirement(Shape other, Shape first);

    /// <summary>The shape of inputs that fit.</summary>
    protected abstract Shape Merge(Placement at);
}

/// <summary>The sum of its inputs.</summary>
sealed record AddLayer() : MergeLayer(Declared)
{
    public static readonly LayerKind Declared = new("Add", stem: "Add", _ => new AddLayer(), isMerge: true);

    public override string Description => "Sum";

    public override string ConstructorArguments(LayerSpec at) => Invariant($"{at.NameLiteral}, count: {at.Inputs.Count}");

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear, StepRole.Adds);

    public override FusionPart Fusion => FusionPart.Sum;

    protected override bool Fits(Shape other, Shape first) => other == first;

    protected override (string Needs, string Fix) Requirement(Shape other, Shape first) =>
        ("equal shapes", $"{first}{(other with { Channels = first.Channels } == first ? ", or use [Concat]" : "")}");

    protected override Shape Merge(Placement at) => at.Input;
}

/// <summary>Its inputs one after the other along the channels.</summary>
sealed record ConcatLayer() : MergeLayer(Declared)
{
    public static readonly LayerKind Declared = new("Concat", stem: "Concat", _ => new ConcatLayer(), isMerge: true);

    public override string Description => "Channels side by side";

    public override string ConstructorArguments(LayerSpec at) =>
        $"{at.NameLiteral}, {string.Join(", ", at.InputShapes.Select(Literal.Value))}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear, StepRole.Joins);

    protected override bool Fits(Shape other, Shape first) => other with { Channels = first.Channels } == first;

    protected override (string Needs, string Fix) Requirement(Shape other, Shape first) =>
        ("equal height and width", first.IsFlat ? "features" : Invariant($"{first.Height}x{first.Width} pixels"));

    protected override Shape Merge(Placement at) => at.Input with { Channels = Saturated.Sum(at.Inputs.Select(i => i.Shape.Channels)) };
}
