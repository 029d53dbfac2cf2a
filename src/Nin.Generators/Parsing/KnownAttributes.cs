using Microsoft.CodeAnalysis;

namespace Nin.Generators.Parsing;

/// <summary>Recognises the attributes of namespace <c>Nin</c> by name, in whatever assembly they stand.</summary>
static class KnownAttributes
{
    public const string NetworkMetadataName = "Nin.NetworkAttribute";

    public static bool IsNetwork(AttributeData data) => NameOf(data) == "NetworkAttribute";

    public static bool IsBudget(AttributeData data) => NameOf(data) == "BudgetAttribute";

    public static bool IsLayersOf(AttributeData data) => NameOf(data) == "LayersOfAttribute`1";

    public static bool IsLayer(AttributeData data) => IsLayersOf(data) || LayerKind.Of(data) is not null;

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
