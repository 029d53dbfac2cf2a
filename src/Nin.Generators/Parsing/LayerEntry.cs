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
/// <param name="Label">Its name in messages.</param>
/// <param name="IsCopied">Whether <c>[LayersOf]</c> brought it.</param>
sealed record LayerEntry(AttributeData Data, LayerKind Kind, int Attribute, string Name, bool IsNamed, string Label, bool IsCopied)
{
    /// <summary>Positions of the layers that it reads; <see cref="Unknown"/> where half-typed code does not say.</summary>
    public IReadOnlyList<int> Inputs { get; init; } = [];

    /// <summary>What a block's parameters stand for in its arguments.</summary>
    public BlockValues Values { get; init; } = BlockValues.Open;

    /// <summary>The layer, where another one's shapes asked for it: <see cref="Data"/> is then that one's.</summary>
    public Layer? Inserted { get; init; }

    /// <summary>False where no member can have its name: generated code leaves the layer out, so that NIN009 is the only error.</summary>
    public bool HasMember { get; init; } = true;

    /// <summary>The position that stands for a layer that could not be found.</summary>
    public const int Unknown = -2;

    public AttributeArguments Arguments => new(Data);

    /// <summary>Reports on it.</summary>
    public Reporter Reporter(DiagnosticList? diagnostics) => new(Label, Attribute, IsCopied, diagnostics);

    public static string LabelOf(string name, int index) => Invariant($"{name} (layer {index + 1})");

    /// <summary>
    /// Its kind and arguments. Errors in a copied layer's arguments are reported where they are written, on the class that it is copied from.
    /// </summary>
    /// <param name="diagnostics">Where it is reported.</param>
    /// <param name="isUsable">False where an argument that a shape depends on cannot be used.</param>
    public Layer Read(DiagnosticList diagnostics, out bool isUsable)
    {
        isUsable = true;
        if (Inserted is not null) return Inserted;

        ArgumentReader arguments = new(Data, Reporter(IsCopied ? null : diagnostics), Values, Reporter(diagnostics));
        Layer layer = Kind.Read(arguments);
        isUsable = arguments.IsUsable;
        return layer;
    }

    /// <summary>Whether a layer of that name may be inserted before this one, once the shapes are known.</summary>
    public bool Inserts(string name) =>
        Kind.IsMerge && Arguments.Find("Project") is { Kind: TypedConstantKind.Primitive, Value: true } && name.StartsWith(Name + Projection.Suffix, StringComparison.Ordinal);

    /// <summary>A layer that is inserted before this one because of its shapes.</summary>
    public LayerEntry Insert(InsertedLayer inserted, int input) => this with
    {
        Kind = inserted.Layer.Kind,
        Name = Name + inserted.Suffix,
        Label = $"{Name}{inserted.Suffix}, before {Label}",
        Inputs = [input],
        Inserted = inserted.Layer,
    };

    /// <summary>
    /// The same layer in a class that copies it from <paramref name="owner"/>, where it is at <paramref name="index"/>.
    /// </summary>
    public LayerEntry CopyFrom(string owner, int index, int attribute, string name, bool isNamed, BlockValues values) => this with
    {
        Attribute = attribute,
        Name = name,
        IsNamed = isNamed,
        Values = Values.In(values),
        Label = Invariant($"{owner}.{Name} (layer {index + 1} of {owner})"),
        IsCopied = true,
    };
}
