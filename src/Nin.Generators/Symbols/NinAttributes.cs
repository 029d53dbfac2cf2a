using Microsoft.CodeAnalysis;

namespace Nin.Generators.Symbols;

/// <summary>Recognises the attributes of namespace <c>Nin</c> by name, in whatever assembly they are.</summary>
static class NinAttributes
{
    public const string NetworkMetadataName = "Nin.NetworkAttribute";

    public static bool IsNetwork(AttributeData data) => NameOf(data) == "NetworkAttribute";

    public static bool IsLayers(AttributeData data) => NameOf(data) == "LayersAttribute";

    public static bool IsBudget(AttributeData data) => NameOf(data) == "BudgetAttribute";

    public static bool IsLayersOf(AttributeData data) => NameOf(data) == "LayersOfAttribute`1";

    /// <summary>Metadata name of an attribute of namespace <c>Nin</c>, else null.</summary>
    public static string? NameOf(AttributeData data) =>
        data.AttributeClass is
        {
            TypeKind: TypeKind.Class,
            ContainingType: null,
            ContainingNamespace: { Name: "Nin", ContainingNamespace.IsGlobalNamespace: true },
        } type
            ? type.MetadataName
            : null;
}

/// <summary>An attribute's arguments by name: of the property for named ones, of the constructor's parameter for the others.</summary>
readonly struct AttributeArguments(AttributeData data)
{
    /// <summary>
    /// The argument, or null where it was not given. Half-typed code gives it the kind <see cref="TypedConstantKind.Error"/>.
    /// </summary>
    public TypedConstant? Find(string name)
    {
        foreach (KeyValuePair<string, TypedConstant> named in data.NamedArguments.Reverse())
        {
            if (named.Key == name) return named.Value;
        }

        int? ordinal = data.AttributeConstructor?.Parameters.FirstOrDefault(p => p.Name == name)?.Ordinal;
        return ordinal < data.ConstructorArguments.Length ? data.ConstructorArguments[ordinal.Value] : null;
    }

    public bool IsGiven(string name) => Find(name) is not null;

    /// <summary>A string argument; null where it was not given, is null, or is not a string yet.</summary>
    public string? Text(string name) => Value<string>(Find(name));

    /// <summary>The value where it is of that type, else the default.</summary>
    public static T? Value<T>(TypedConstant? argument) =>
        argument is { Kind: TypedConstantKind.Primitive or TypedConstantKind.Enum, Value: T value } ? value : default;
}
