using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;
using static System.FormattableString;

namespace Nin.Generators.Parsing;

/// <summary>A layer in a class's list, before its arguments are read.</summary>
/// <param name="Data">Its attribute, on this class or on the one it was copied from.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Attribute">Index of the attribute on this class that brought it.</param>
/// <param name="Name">Its name in this class.</param>
/// <param name="IsNamed">Whether the declaration gives the name.</param>
/// <param name="Label">What messages call it.</param>
/// <param name="IsCopied">Whether <c>[LayersOf]</c> brought it.</param>
sealed record LayerEntry(AttributeData Data, LayerKind Kind, int Attribute, string Name, bool IsNamed, string Label, bool IsCopied)
{
    /// <summary>Positions of the layers that it reads; <see cref="Unknown"/> where half-typed code does not tell.</summary>
    public IReadOnlyList<int> Inputs { get; init; } = [];

    /// <summary>False where no member can have its name: generated code leaves the layer out, so that NIN009 is the only error.</summary>
    public bool HasMember { get; init; } = true;

    /// <summary>The position that stands for a layer that could not be found.</summary>
    public const int Unknown = -2;

    public AttributeArguments Arguments => new(Data);

    /// <summary>Reports on it.</summary>
    public Reporter Reporter(DiagnosticList? diagnostics) => new(Label, Attribute, IsCopied, diagnostics);

    public static string LabelOf(string name, int index) => Invariant($"{name} (layer {index + 1})");

    /// <summary>
    /// The same layer in a class that copies it from <paramref name="owner"/>, where it stands at <paramref name="index"/>.
    /// </summary>
    public LayerEntry CopyFrom(string owner, int index, int attribute, string name) => this with
    {
        Attribute = attribute,
        Name = name,
        Label = Invariant($"{owner}.{Name} (layer {index + 1} of {owner})"),
        IsCopied = true,
    };
}
