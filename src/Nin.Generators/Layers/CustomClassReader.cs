using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Symbols;

namespace Nin.Generators.Layers;

/// <summary>Reads a user's class as a layer: its shape rule, what its step keeps, and whether generated code can construct it.</summary>
static class CustomClassReader
{
    /// <summary>The class; null, and reported, where it cannot be a layer.</summary>
    public static CustomClass? Read(INamedTypeSymbol type, IReadOnlyList<ConstantArgument> values, ArgumentReader arguments)
    {
        // typeof(Lrn<>) leaves the type parameters open, and the shape decides them; typeof(Lrn<X>) has none.
        INamedTypeSymbol own = type.IsUnboundGenericType ? type.OriginalDefinition : type;
        int places = type.IsUnboundGenericType ? own.TypeParameters.Length : 0;
        INamedTypeSymbol? layer = Bases(own).FirstOrDefault(IsStepLayer);
        if (Objection(own, places, layer, values) is var (wrong, fix))
        {
            arguments.Report(Rules.ArgumentOutOfRange, "layer", wrong, fix);
            return null;
        }

        if (ShapePattern.Of(layer!.TypeArguments[0]) is not { } input || ShapePattern.Of(layer.TypeArguments[1]) is not { } output)
        {
            arguments.Report(
                Rules.ArgumentOutOfRange, "layer",
                $"{type.Name} takes or gives a shape that is neither a type parameter, Chw nor Features",
                $"write both as one of them");
            return null;
        }

        return new(type.Name, places == 0 ? TypeNames.Full(own) : TypeNames.Open(own), places, input, output, MemoryOf(layer.TypeArguments[2]));
    }

    static (FormattableString Wrong, FormattableString Fix)? Objection(
        INamedTypeSymbol type, int places, INamedTypeSymbol? layer, IReadOnlyList<ConstantArgument> values)
    {
        if (layer is null || type.IsAbstract)
            return ($"{type.Name} is not a layer", $"name a class that derives from Nin.Layers.StepLayer");
        if (!TypeNames.IsPublic(type)) return ($"{type.Name} is not public", $"make it public, with the types around it");
        if (type.ContainingType is { IsGenericType: true } outer)
            return ($"{type.Name} is inside {outer.Name}, whose type parameters no shape decides", $"move it out");
        // Those of a closed type have arguments already, which the compiler has checked.
        if (places > 0 && type.TypeParameters.Any(IsConstrained))
            return ($"{type.Name} constrains its type parameters by more than IShape and IDim", $"remove the other constraints");
        if (Bases(layer.TypeArguments[2]).FirstOrDefault(HasMemory) is null && IsLibrarys(layer.TypeArguments[2]))
            return ($"the step of {type.Name} is {layer.TypeArguments[2].Name}, which does not say what it keeps", $"derive a step of your own");
        if (HasParameters(layer.TypeArguments[2]))
            return ($"the step of {type.Name} has parameters of its own, which a declared network neither trains nor saves", $"use it on a Tape, or leave Parameters as Step has it");
        if (Numbers(MemoryAttribute(layer.TypeArguments[2])).Any(n => n < 0))
            return ($"[StepMemory] of {layer.TypeArguments[2].Name} saves a negative number of elements", $"use 0 or more");
        if (type.InstanceConstructors.Any(c => Takes(c, values))) return null;

        string types = string.Join(", ", ["Device", "string", .. values.Select(value => value.Type)]);
        return ($"{type.Name} has no public constructor that takes ({types})", $"give the arguments that it takes after device and name");
    }

    /// <summary>Whether a shape or a size need not fit: they are structs that implement nothing else.</summary>
    static bool IsConstrained(ITypeParameterSymbol parameter) =>
        parameter.HasReferenceTypeConstraint
        || parameter.ConstraintTypes.Any(c => !TypeNames.IsNin(c, "IShape") && !TypeNames.IsNin(c, "IDim"));

    static bool HasParameters(ITypeSymbol step) =>
        Bases(step).TakeWhile(b => !IsLibrarys(b)).SelectMany(b => b.GetMembers("Parameters")).Any(m => m.IsOverride);

    static bool Takes(IMethodSymbol constructor, IReadOnlyList<ConstantArgument> values) =>
        constructor.DeclaredAccessibility == Accessibility.Public
        && constructor.Parameters.Length >= values.Count + 2
        && TypeNames.IsNin(constructor.Parameters[0].Type, "Device")
        && constructor.Parameters[1].Type.SpecialType == SpecialType.System_String
        && constructor.Parameters.Skip(2).Select((p, i) => i < values.Count
            ? p.RefKind is RefKind.None or RefKind.In && values[i].FitsInto(p.Type.SpecialType)
            : p.IsOptional).All(fits => fits);

    static DeclaredMemory MemoryOf(ITypeSymbol step)
    {
        AttributeArguments? memory = MemoryAttribute(step) is { } data ? new(data) : null;
        return new(
            Flag("ReadsInput", true), Flag("ReadsOutput", true), Number("SavedPerInput"), Number("SavedPerOutput"), Number("SavedFixed"),
            Flag("CanOverwrite", false), Flag("CanOverwriteGradient", false));

        bool Flag(string name, bool unset) => memory?.Find(name) is { Kind: TypedConstantKind.Primitive, Value: bool value } ? value : unset;

        int Number(string name) => AttributeArguments.Value<int>(memory?.Find(name));
    }

    static IEnumerable<int> Numbers(AttributeData? memory) =>
        memory?.NamedArguments.Select(argument => AttributeArguments.Value<int>(argument.Value)) ?? [];

    /// <summary>The class's own, or the nearest base's.</summary>
    static AttributeData? MemoryAttribute(ITypeSymbol step) => Bases(step).SelectMany(b => b.GetAttributes()).FirstOrDefault(IsMemory);

    static bool HasMemory(INamedTypeSymbol type) => type.GetAttributes().Any(IsMemory);

    static bool IsMemory(AttributeData attribute) => NinAttributes.NameOf(attribute) == "StepMemoryAttribute";

    static bool IsLibrarys(ITypeSymbol type) => type.ContainingAssembly?.Name == "Nin.Kernels" || type is not INamedTypeSymbol;

    static bool IsStepLayer(INamedTypeSymbol type) =>
        type is { MetadataName: "StepLayer`3", ContainingNamespace: { Name: "Layers", ContainingNamespace: { Name: "Nin", ContainingNamespace.IsGlobalNamespace: true } } };

    static IEnumerable<INamedTypeSymbol> Bases(ITypeSymbol type)
    {
        for (INamedTypeSymbol? b = type as INamedTypeSymbol; b is not null; b = b.BaseType) yield return b;
    }
}
