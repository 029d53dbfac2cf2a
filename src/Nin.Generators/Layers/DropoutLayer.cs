using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>Drops elements in training.</summary>
sealed record DropoutLayer(double Probability) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("Dropout", stem: "Dropout", arguments => new DropoutLayer(
        arguments.Real("probability", LayerDefaults.DropoutProbability, p => p is >= 0 and <= 1, "0 to 1")));

    public override Shape? Infer(Placement at) => at.Input;

    public override IEnumerable<(string Name, double Value)> Arguments => [("Probability", Probability)];

    public override string Description => $"Dropout with probability {Literal.Real(Probability)} in training";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("Dropout", at.Output);

    public override string ConstructorArguments(LayerSpec at) =>
        Invariant($"device, {at.NameLiteral}, {Literal.Real(Probability)}, layer: {at.Position}");

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Dropout, StepRole.Drops);

    public override bool KeepsDeadChannels => true;
}
