using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A layer whose class the user wrote.</summary>
/// <param name="Class">What the class is.</param>
/// <param name="Values">What its constructor is called with after device and name.</param>
sealed record CustomLayer(CustomClass Class, EquatableArray<ConstantArgument> Values) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("Custom", stem: "Custom", Read);

    static CustomLayer Read(ArgumentReader arguments)
    {
        ConstantArgument[] values = [.. arguments.Constants("arguments")];
        CustomClass? found = arguments.TypeOf("layer") is { } type ? CustomClassReader.Read(type, values, arguments) : null;
        if (found is null) arguments.GiveUp();
        return new(found ?? CustomClass.None, new(values));
    }

    public override Shape? Infer(Placement at)
    {
        if (Class.Input.Match(at.Input, Class.Places) is not { } places)
        {
            at.Report(
                Rules.ArgumentOutOfRange, "layer", $"{Class.Name} takes {Class.Input.Text}, but {at.InputSays}", $"make that {Class.Input.Text}");
            return null;
        }

        if (places.Any(place => place is null) || Class.Output.With(places) is not { } output)
        {
            at.Report(
                Rules.ArgumentOutOfRange, "layer",
                $"what {Class.Name} gives does not follow from {at.Input}, which it takes as {Class.Input.Text}",
                $"let its class have no type parameters but those of the shape that it takes");
            return null;
        }

        if (!Class.Memory.Overwrites || output.Elements == at.Input.Elements) return output;

        at.Report(
            Rules.ArgumentOutOfRange, "layer",
            $"[StepMemory] of {Class.Name} lets {output} take the place of {at.Input}, which has another length",
            $"leave CanOverwrite and CanOverwriteGradient out");
        return null;
    }

    /// <summary>The rule does not mention windows: a layer that keeps height and width is assumed to map each pixel.</summary>
    public override ReceptiveField FieldAfter(ReceptiveField field, Shape input) =>
        Class.Input == Class.Output ? field : field.Whole(input);

    public override IEnumerable<(string Name, double Value)> Arguments =>
        Values.Select((value, i) => (FormattableString.Invariant($"Argument{i + 1}"), value.Number));

    public override string DeclaredAs => $"{Kind.Name}<{Class.Name}>";

    public override string Description => Class.Name;

    public override string RuntimeType(LayerSpec at, string ownClass) => Class.TypeWith(at.Input);

    public override string ConstructorArguments(LayerSpec at) => string.Join(", ", ["device", at.NameLiteral, .. Values.Select(value => value.Text)]);

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => 
        LayerStep.Of(at, Class.Memory.Of(at.Input, at.Output), StepRole.ComputesAsDeclared);
}

/// <summary>A class of the user's that is a layer.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="FullName">Its name as generated code writes it, without type arguments that are open.</param>
/// <param name="Places">Type parameters that the shape decides.</param>
/// <param name="Input">The shape that it takes.</param>
/// <param name="Output">The shape that it gives.</param>
/// <param name="Memory">What its step keeps.</param>
sealed record CustomClass(string Name, string FullName, int Places, ShapePattern Input, ShapePattern Output, DeclaredMemory Memory)
{
    /// <summary>Used where half-typed code names none.</summary>
    public static CustomClass None { get; } = new("", "", 0, default, default, default);

    /// <summary>The class over a shape that it takes.</summary>
    public string TypeWith(Shape input) => Places == 0
        ? FullName
        : $"{FullName}<{string.Join(", ", Input.Match(input, Places)!.Select(place => place!.Value.Type))}>";
}

/// <summary>What <c>[StepMemory]</c> says of a step.</summary>
readonly record struct DeclaredMemory(
    bool ReadsInput, bool ReadsOutput, int SavedPerInput, int SavedPerOutput, int SavedFixed, bool CanOverwrite, bool CanOverwriteGradient)
{
    public bool Overwrites => CanOverwrite || CanOverwriteGradient;

    /// <summary>The memory over its shapes.</summary>
    public StepMemory Of(Shape input, Shape output) => StepMemory.Of(
        ReadsInput, ReadsOutput, SavedPerInput * input.Elements + SavedPerOutput * output.Elements, SavedFixed, CanOverwrite, CanOverwriteGradient);
}
