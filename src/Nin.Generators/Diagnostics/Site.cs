namespace Nin.Generators.Diagnostics;

/// <summary>Where a problem stands, told without a location, so that the generator and the analyzer share one parser.</summary>
/// <param name="Kind">What <paramref name="Index"/> counts.</param>
/// <param name="Index">Attribute of the class, type around it (0 is the class itself), constructor, or member.</param>
/// <param name="Argument">Name of the attribute's property or constructor parameter; null for the attribute as a whole.</param>
/// <param name="Element">Element of a <c>params</c> argument; 0 where the argument is one value.</param>
readonly record struct Site(SiteKind Kind, int Index, string? Argument = null, int Element = 0)
{
    public static Site OnAttribute(int index) => new(SiteKind.Attribute, index);

    public static Site OnArgument(int index, string? argument, int element = 0) => new(SiteKind.Attribute, index, argument, element);

    public static Site OnType(int depth) => new(SiteKind.Type, depth);

    public static Site OnConstructor(int index) => new(SiteKind.Constructor, index);

    public static Site OnMember(int index) => new(SiteKind.Member, index);
}
