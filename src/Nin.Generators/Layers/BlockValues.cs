using Microsoft.CodeAnalysis;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>What <c>Block.Filters</c> and <c>Block.Stride</c> stand for in a copied layer's arguments.</summary>
readonly record struct BlockValues(int Filters, int Stride)
{
    /// <summary>A value that <c>[LayersOf]</c> should have given, which has been reported.</summary>
    public const int Missing = int.MinValue;

    /// <summary>In the block's own list a layer's parameters stand for themselves.</summary>
    public static BlockValues Open => new(BlockParameters.Filters, BlockParameters.Stride);

    /// <summary>Values that every range allows, by which a block's other arguments are checked.</summary>
    public static BlockValues Sample => new(1, 1);

    /// <summary>The parameter that a number stands for, as a declaration writes it; null for any other number.</summary>
    public static string? NameOf(int value) => value switch
    {
        BlockParameters.Filters => "Filters",
        BlockParameters.Stride => "Stride",
        _ => null,
    };

    /// <summary>A number of a declaration with the parameters replaced.</summary>
    public int Of(int value) => value switch
    {
        BlockParameters.Filters => Filters,
        BlockParameters.Stride => Stride,
        _ => value,
    };

    /// <summary>The values in a copy: what stood for a parameter is now what the copy says.</summary>
    public BlockValues In(BlockValues copy) => new(copy.Of(Filters), copy.Of(Stride));

    /// <summary>Whether an attribute with these values uses a parameter.</summary>
    public bool Uses(AttributeData data, int parameter)
    {
        foreach (TypedConstant value in data.ConstructorArguments.Concat(data.NamedArguments.Select(a => a.Value)))
        {
            IEnumerable<TypedConstant> all = value is { Kind: TypedConstantKind.Array, IsNull: false } ? value.Values : [value];
            foreach (TypedConstant one in all)
            {
                if (one is { Kind: TypedConstantKind.Primitive, Value: int number } && Of(number) == parameter) return true;
            }
        }

        return false;
    }
}
