using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A layer that maps each element, flat or not, by a struct that has the formula; the shape is unchanged.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Type">The struct.</param>
/// <param name="SavesOutput">Whether the gradient reads the output, or else the input.</param>
/// <param name="Numbers">Arguments of the struct's constructor, by name; none where it has no numbers of its own.</param>
/// <param name="Formula">Its name in documentation.</param>
sealed record ActivationLayer(
    LayerKind Kind, string Type, bool SavesOutput, EquatableArray<(string Name, double Value)> Numbers, string Formula) : Layer(Kind)
{
    const string ReluType = "global::Nin.Relu", Relu6Type = "global::Nin.Relu6";

    /// <summary>The library's, and <c>[Activation&lt;T&gt;]</c>.</summary>
    public static IReadOnlyList<LayerKind> Declared { get; } =
    [
        Library("Relu", savesOutput: true, "ReLU"),
        Library("Relu6", savesOutput: true, "ReLU up to 6"),
        Library("Sigmoid", savesOutput: true, "Sigmoid"),
        Library("Tanh", savesOutput: true, "Hyperbolic tangent"),
        Library("Silu", savesOutput: false, "SiLU"),
        Library("Gelu", savesOutput: false, "GELU"),
        Library("HardSwish", savesOutput: false, "Hard swish"),
        Library("HardSigmoid", savesOutput: true, "Hard sigmoid"),
        LayerKind.Of("LeakyRelu", ReadLeakyRelu),
        LayerKind.Of("Elu", ReadElu),
        LayerKind.Of("HardTanh", ReadHardTanh),
        LayerKind.Of("Activation", ReadUsers, arity: 1),
    ];

    public override Shape? Infer(Placement at) => at.Input;

    public override IEnumerable<(string Name, double Value)> Arguments => Numbers;

    public override string Description => Formula;

    public override string DeclaredAs => Kind.Arity == 0 ? Kind.Name : $"{Kind.Name}<{Formula}>";

    public override string RuntimeType(LayerSpec at, string ownClass) =>
        $"global::Nin.Layers.Activation<{Literal.Type(at.Output)}, {Type}>";

    /// <summary>The struct is built where it has numbers of its own; one of the user's always, by its own constructor.</summary>
    public override string ConstructorArguments(LayerSpec at)
    {
        IEnumerable<string> numbers = Numbers.Select(argument => $"(float){Literal.Real(argument.Value)}");
        bool isPlain = Kind.Arity == 0 && (Numbers.Count == 0 || Type == ReluType);
        return $"device, {at.NameLiteral}{(isPlain ? "" : $", new {Type}({string.Join(", ", numbers)})")}";
    }

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Activation(SavesOutput));

    public override FusionPart Fusion => Type == ReluType ? FusionPart.Relu : FusionPart.Activation;

    public override bool IsRectifier => Type is ReluType or Relu6Type;

    static LayerKind Library(string name, bool savesOutput, string formula) =>
        LayerKind.Of(name, (kind, _) => new ActivationLayer(kind, $"global::Nin.{name}", savesOutput, new([]), formula));

    /// <summary>With slope 0 it is ReLU itself.</summary>
    static ActivationLayer ReadLeakyRelu(LayerKind kind, ArgumentReader arguments)
    {
        double slope = arguments.Real("negativeSlope", LayerDefaults.NegativeSlope, s => s >= 0, "0 or more");
        string type = slope == 0 ? ReluType : "global::Nin.LeakyRelu", formula = $"ReLU with slope {Literal.Real(slope)} below zero";
        return new(kind, type, SavesOutput: true, new([("NegativeSlope", slope)]), formula);
    }

    static ActivationLayer ReadElu(LayerKind kind, ArgumentReader arguments)
    {
        double alpha = arguments.Real("alpha", LayerDefaults.EluAlpha, a => a is >= float.MinValue and <= float.MaxValue, "a finite number");
        return new(kind, "global::Nin.Elu", SavesOutput: false, new([("Alpha", alpha)]), $"ELU with alpha {Literal.Real(alpha)}");
    }

    static ActivationLayer ReadHardTanh(LayerKind kind, ArgumentReader arguments)
    {
        double min = arguments.Real("min", LayerDefaults.HardTanhMin, m => m is >= float.MinValue and <= float.MaxValue, "a finite number");
        double max = arguments.Real(
            "max", LayerDefaults.HardTanhMax, m => (float)m > (float)min && m <= float.MaxValue, FormattableString.Invariant($"a finite number above {min}, the lowest value"));
        string formula = FormattableString.Invariant($"Limited to {Literal.Real(min)} to {Literal.Real(max)}");
        return new(kind, "global::Nin.HardTanh", SavesOutput: true, new([("Min", min), ("Max", max)]), formula);
    }

    static ActivationLayer ReadUsers(LayerKind kind, ArgumentReader arguments)
    {
        double[] numbers = [.. arguments.Reals("arguments")];
        INamedTypeSymbol? type = arguments.TypeArgument;
        if (type is null) arguments.GiveUp();
        else if (Objection(type, numbers.Length) is var (wrong, fix))
        {
            arguments.Report(Rules.ArgumentOutOfRange, null, wrong, fix);
            arguments.GiveUp();
        }

        return new(
            kind,
            type is null ? "" : TypeNames.Full(type),
            type?.AllInterfaces.Any(i => TypeNames.IsNin(i, "ISavesOutput")) == true,
            new(numbers.Select((number, i) => (FormattableString.Invariant($"Argument{i + 1}"), number))),
            type?.Name ?? "");
    }

    /// <summary>Why a type cannot be an activation with that many numbers, and what to do; null where it can.</summary>
    static (FormattableString Wrong, FormattableString Fix)? Objection(INamedTypeSymbol type, int numbers)
    {
        if (type.TypeKind != TypeKind.Struct || !type.AllInterfaces.Any(i => TypeNames.IsNin(i, "IActivation")))
            return ($"{type.Name} is not an activation", $"name a struct that implements Nin.ISavesOutput or Nin.ISavesInput");
        if (!TypeNames.IsPublic(type))
            return ($"{type.Name} is not public, and devices compile only public types", $"make it public, with the types around it");
        if (numbers == 0 || type.InstanceConstructors.Any(c => Takes(c, numbers))) return null;
        return ($"{type.Name} has no public constructor of {numbers} float{(numbers == 1 ? "" : "s")}", $"give as many numbers as it takes");
    }

    static bool Takes(IMethodSymbol constructor, int numbers) =>
        constructor.DeclaredAccessibility == Accessibility.Public
        && constructor.Parameters.Length >= numbers
        && constructor.Parameters.Select((parameter, i) => i < numbers
            ? parameter is { RefKind: RefKind.None or RefKind.In, Type.SpecialType: SpecialType.System_Single or SpecialType.System_Double }
            : parameter.IsOptional).All(fits => fits);
}
