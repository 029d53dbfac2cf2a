using Microsoft.CodeAnalysis;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators.Layers;

/// <summary>
/// A shape as a type with open places, such as <c>Chw&lt;C, H, D1&gt;</c> or a type parameter by itself. Places are numbered as the type parameters of
/// the class that has it.
/// </summary>
/// <param name="Whole">The type parameter that is the whole shape; -1 where the sizes are given.</param>
/// <param name="IsFlat">Whether the sizes are one count of features.</param>
/// <param name="Sizes">The sizes, channels first.</param>
/// <param name="Text">Its name in messages.</param>
readonly record struct ShapePattern(int Whole, bool IsFlat, EquatableArray<SizePattern> Sizes, string Text)
{
    /// <summary>The pattern that a type is; null where it is not a shape of the library's.</summary>
    public static ShapePattern? Of(ITypeSymbol type)
    {
        if (type is ITypeParameterSymbol parameter) return new(parameter.Ordinal, false, new([]), "any shape");
        if (type is not INamedTypeSymbol named) return null;

        bool isFlat = TypeNames.IsNin(named, "Features`1");
        if (!isFlat && !TypeNames.IsNin(named, "Chw`3")) return null;

        SizePattern?[] sizes = [.. named.TypeArguments.Select(SizePattern.Of)];
        if (sizes.Any(size => size is null)) return null;

        string text = string.Join("x", sizes.Select(size => size!.Value.Text));
        return new(-1, isFlat, new(sizes.Select(size => size!.Value)), isFlat ? $"{text} features" : text);
    }

    /// <summary>What the type parameters must be for the pattern to be a shape, as C# writes them; null where it cannot be one.</summary>
    public PlaceValue?[]? Match(Shape shape, int places)
    {
        PlaceValue?[] found = new PlaceValue?[places];
        if (Whole >= 0)
        {
            found[Whole] = new(shape, 0);
            return found;
        }

        if (shape.IsFlat != IsFlat) return null;

        long[] sizes = IsFlat ? [shape.Channels] : [shape.Channels, shape.Height, shape.Width];
        for (int i = 0; i < sizes.Length; i++)
        {
            SizePattern size = Sizes[i];
            if (size.Place < 0 ? size.Size != sizes[i] : found[size.Place] is { } other && other.Size != sizes[i]) return null;
            if (size.Place >= 0) found[size.Place] = new(null, sizes[i]);
        }

        return found;
    }

    /// <summary>The shape that it is with these type parameters; null where one of them is not what the pattern needs.</summary>
    public Shape? With(PlaceValue?[] places)
    {
        if (Whole >= 0) return places[Whole]?.Shape;

        long[] sizes = [.. Sizes.Select(size => size.Place < 0 ? size.Size : places[size.Place] is { Shape: null } place ? place.Size : 0)];
        if (sizes.Any(size => size < 1)) return null;
        return IsFlat ? Shape.Features(sizes[0]) : Shape.Chw(sizes[0], sizes[1], sizes[2]);
    }
}

/// <summary>A size as a type: a number, or a type parameter.</summary>
/// <param name="Place">Which type parameter; -1 where it is a number.</param>
/// <param name="Size">The number.</param>
/// <param name="Text">Its name in messages.</param>
readonly record struct SizePattern(int Place, long Size, string Text)
{
    const int Base = 1024;

    public static SizePattern? Of(ITypeSymbol type) => type is ITypeParameterSymbol parameter
        ? new(parameter.Ordinal, 0, parameter.Name)
        : Number(type) is long size ? new(-1, size, FormattableString.Invariant($"{size}")) : null;

    /// <summary><c>D96</c> is 96, and <c>Dk&lt;D2, D3&gt;</c> is 2 x 1024 + 3.</summary>
    static long? Number(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { ContainingNamespace: { Name: "Dimensions", ContainingNamespace.Name: "Nin" } } named) return null;
        if (named.MetadataName == "Dk`2")
            return Number(named.TypeArguments[0]) is long high && Number(named.TypeArguments[1]) is long low ? Base * high + low : null;
        return named.Name.Length > 1 && named.Name[0] == 'D' && long.TryParse(named.Name.Substring(1), out long size) ? size : null;
    }
}

/// <summary>What a type parameter of a layer's class is.</summary>
/// <param name="Shape">A whole shape; null where it is a size.</param>
/// <param name="Size">The size.</param>
readonly record struct PlaceValue(Shape? Shape, long Size)
{
    /// <summary>As C# writes it.</summary>
    public string Type => Shape is { } shape ? Literal.Type(shape) : Literal.Size(Size);
}
