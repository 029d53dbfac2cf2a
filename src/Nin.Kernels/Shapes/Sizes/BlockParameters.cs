namespace Nin.Shapes.Sizes;

/// <summary>
/// The placeholders in a block's declaration for values that <c>[LayersOf]</c> gives. An attribute's argument is a constant, so each is a
/// number that no argument's range allows.
/// </summary>
static class BlockParameters
{
    /// <summary>Placeholder for the filters.</summary>
    public const int Filters = int.MinValue + 1;

    /// <summary>Placeholder for the stride.</summary>
    public const int Stride = int.MinValue + 2;
}
