using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A layer that maps each element, flat or not; the shape stays, and the gradient is told from the output.</summary>
abstract record ActivationLayer(LayerKind Kind) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at) => at.Input;

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime("Relu", at.Output);

    public sealed override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Activation(savesOutput: true));
}

/// <summary><c>max(x, 0)</c>.</summary>
sealed record ReluLayer() : ActivationLayer(Declared)
{
    public static readonly LayerKind Declared = new("Relu", stem: "Relu", _ => new ReluLayer());

    public override IEnumerable<(string Name, double Value)> Arguments => [];

    public override string Description => "ReLU";

    public override string ConstructorArguments(LayerSpec at) => $"device, {at.NameLiteral}";

    public override FusionPart Fusion => FusionPart.Relu;
}

/// <summary><c>x</c> where positive, else <c>NegativeSlope x</c>.</summary>
sealed record LeakyReluLayer(double NegativeSlope) : ActivationLayer(Declared)
{
    public static readonly LayerKind Declared = new("LeakyRelu", stem: "LeakyRelu", arguments => new LeakyReluLayer(
        arguments.Real("negativeSlope", LayerDefaults.NegativeSlope, slope => slope >= 0, "0 or more")));

    public override IEnumerable<(string Name, double Value)> Arguments => [("NegativeSlope", NegativeSlope)];

    public override string Description => $"ReLU with slope {Literal.Real(NegativeSlope)} below zero";

    public override string ConstructorArguments(LayerSpec at) => $"device, {at.NameLiteral}, {Literal.Real(NegativeSlope)}";
}
