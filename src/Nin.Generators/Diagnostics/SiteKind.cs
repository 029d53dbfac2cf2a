namespace Nin.Generators.Diagnostics;

/// <summary>The kinds of place that a problem stands on.</summary>
enum SiteKind
{
    Attribute,
    Type,
    Constructor,
    Member,
}
