using Microsoft.CodeAnalysis;

namespace Nin.Generators.Parsing;

/// <summary>
/// What a class and all that <c>[LayersOf]</c> brings share while their layers are listed: where the walk is, and how far it may
/// go.
/// </summary>
sealed class Expansion(INamedTypeSymbol root)
{
    /// <summary>The most layers of a network, copies included: a chain of copies of copies grows without bound.</summary>
    public const int MostLayers = 2000;

    readonly HashSet<ISymbol> path = new([root], SymbolEqualityComparer.Default);
    int steps;

    /// <summary>True once a class, possibly the root, would have been copied into itself.</summary>
    public bool ReturnsToRoot { get; private set; }

    /// <summary>True once there are more layers than a network may have.</summary>
    public bool IsTooLong => steps > MostLayers;

    /// <summary>Counts a layer or a copy; false where there are too many.</summary>
    public bool Step() => ++steps <= MostLayers;

    /// <summary>Enters a class; false where the walk is already inside it.</summary>
    public bool Enter(INamedTypeSymbol type)
    {
        if (path.Add(type)) return true;

        ReturnsToRoot |= SymbolEqualityComparer.Default.Equals(type, root);
        return false;
    }

    public void Leave(INamedTypeSymbol type) => path.Remove(type);
}
