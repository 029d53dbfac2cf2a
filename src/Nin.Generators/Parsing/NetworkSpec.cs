using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>
/// All that emission needs to know of a network: strings and numbers, no symbol, so that equal declarations are equal specs.
/// </summary>
/// <param name="HintName">Namespace, types around and name, such as <c>Demo.Outer.BookNin</c>.</param>
/// <param name="Namespace">Namespace, empty for the global one.</param>
/// <param name="Containers">Types around the class, outermost first.</param>
/// <param name="ClassName">The class's name, escaped where it is a keyword.</param>
/// <param name="Init">Name of the member of <c>Nin.Init</c>.</param>
/// <param name="Input">The input's shape; null where half-typed code does not say.</param>
/// <param name="Layers">The layers up to the first whose output shape is unknown, or whose name no member can have.</param>
/// <param name="UntypedNames">Names of the layers after them, which <c>nameof</c> may name; empty where no member can have it.</param>
/// <param name="Output">The network's output shape, from <c>Classes</c> where the layers do not give it; null where neither does.</param>
/// <param name="OwnMembers">The user's members whose names begin as a layer's does: names derived from a layer must avoid them.</param>
/// <param name="OwnSignatures">The user's members that have a name which networks have too: code that would repeat one leaves it out.</param>
/// <param name="NamesAreHidden">True where generated code must name types in full.</param>
/// <param name="IsNotCls">True where generated code must say that the class is not CLS-compliant: its assembly says that it is.</param>
/// <param name="IsStub">True where an error leaves no network that could run: members are then typed as far as is known.</param>
/// <param name="HasErrors">True where an error is reported.</param>
sealed record NetworkSpec(
    string HintName,
    string Namespace,
    EquatableArray<ContainingType> Containers,
    string ClassName,
    string Init,
    Shape? Input,
    EquatableArray<LayerSpec> Layers,
    EquatableArray<string> UntypedNames,
    Shape? Output,
    EquatableArray<string> OwnMembers,
    EquatableArray<string> OwnSignatures,
    bool NamesAreHidden,
    bool IsNotCls,
    bool IsStub,
    bool HasErrors)
{
    /// <summary>The same for an old version of C#, which does not compile the classes of layers.</summary>
    public NetworkSpec WithoutTypedLayers() =>
        this with { Layers = new([]), UntypedNames = new([.. Layers.Select(l => l.Name), .. UntypedNames]) };

    /// <summary>Learnt parameters.</summary>
    public long ParameterCount => Saturated.Sum(Layers.Select(l => l.ParameterCount));

    /// <summary>Multiply-adds of one example's forward pass.</summary>
    public long Macs => Saturated.Sum(Layers.Select(l => l.Macs));
}

/// <summary>A type around the network class, as its partial declaration opens: <c>record struct</c> and <c>Outer&lt;T&gt;</c>.</summary>
readonly record struct ContainingType(string Keyword, string Name);
