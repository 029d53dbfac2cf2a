using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A layer of several inputs, whose shapes must fit one of them, usually the first.</summary>
abstract record MergeLayer(LayerKind Kind) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at)
    {
        bool fits = true;
        PlacedInput measure = at.Inputs[Measure(at)];
        for (int i = 0; i < at.Inputs.Count; i++)
        {
            if (Fits(at.Inputs[i].Shape, measure.Shape)) continue;

            fits = false;
            (string needs, string fix) = Requirement(at.Inputs[i].Shape, measure.Shape);
            at.Report(
                Rules.ShapesDoNotFit,
                i switch { 0 => "first", 1 => "second", _ => "more" },
                $"{measure.Says} and {at.Inputs[i].Says}, but {Kind.Name} needs {needs}",
                $"make the latter give {fix}",
                element: Math.Max(0, i - 2));
        }

        return fits ? Merge(at) : null;
    }

    public sealed override IEnumerable<(string Name, double Value)> Arguments => [];

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Output);

    /// <summary>The input that the others must fit.</summary>
    protected virtual int Measure(Placement at) => 0;

    protected abstract bool Fits(Shape other, Shape measure);

    /// <summary>What the layer needs of its inputs, and what the one that does not fit should give.</summary>
    protected abstract (string Needs, string Fix) Requirement(Shape other, Shape measure);

    /// <summary>The shape of inputs that fit.</summary>
    protected abstract Shape Merge(Placement at);
}

/// <summary>The sum of its inputs.</summary>
/// <param name="Project">Whether inputs of another shape than the first one's are projected to it.</param>
sealed record AddLayer(bool Project) : MergeLayer(Declared)
{
    public static readonly LayerKind Declared =
        new("Add", stem: "Add", arguments => new AddLayer(arguments.Flag("Project", fallback: false)), isMerge: true);

    public override IReadOnlyList<InsertedLayer> Before(Placement at, int input) =>
        Project && at.Inputs[input].Shape != at.Input ? Projection.Of(at.Inputs[input].Shape, at.Input, input) : [];

    public override string Description => "Sum";

    public override string ConstructorArguments(LayerSpec at) => Invariant($"{at.NameLiteral}, count: {at.Inputs.Count}");

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Sum(relu: false), StepRole.Adds);

    public override FusionPart Fusion => FusionPart.Sum;

    protected override bool Fits(Shape other, Shape first) => other == first;

    protected override (string Needs, string Fix) Requirement(Shape other, Shape first) =>
        ("equal shapes", Project
            ? $"{first}, or a shape that a 1x1 convolution takes there"
            : $"{first}{(other with { Channels = first.Channels } == first ? ", or use [Concat]" : "")}");

    protected override Shape Merge(Placement at) => at.Input;
}

/// <summary>The product of its inputs; an input of a single pixel scales each channel of the others.</summary>
sealed record MultiplyLayer() : MergeLayer(Declared)
{
    public static readonly LayerKind Declared = new("Multiply", stem: "Multiply", _ => new MultiplyLayer(), isMerge: true);

    public override string Description => "Product";

    public override string ConstructorArguments(LayerSpec at) =>
        $"{at.NameLiteral}, {string.Join(", ", at.InputShapes.Select(Literal.Value))}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Multiply, StepRole.Multiplies);

    /// <summary>The first of those with the most pixels: a whole branch, where the others may be gates.</summary>
    protected override int Measure(Placement at)
    {
        int most = 0;
        for (int i = 1; i < at.Inputs.Count; i++)
        {
            if (Pixels(at.Inputs[i].Shape) > Pixels(at.Inputs[most].Shape)) most = i;
        }

        return most;
    }

    protected override bool Fits(Shape other, Shape measure) => other == measure || (!measure.IsFlat && other == Gate(measure));

    protected override (string Needs, string Fix) Requirement(Shape other, Shape measure) => measure.IsFlat || measure == Gate(measure)
        ? ("equal shapes", $"{measure}")
        : ("equal shapes, or one pixel of as many channels", $"{measure} or {Gate(measure)}");

    protected override Shape Merge(Placement at) => at.Inputs[Measure(at)].Shape;

    static Shape Gate(Shape whole) => Shape.Chw(whole.Channels, 1, 1);

    static long Pixels(Shape shape) => Saturated.Product(shape.Height, shape.Width);
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
