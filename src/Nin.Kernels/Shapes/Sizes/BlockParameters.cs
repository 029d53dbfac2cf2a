namespace Nin.Shapes.Sizes;

/// <summary>
/// What stands in a block's declaration for a value that <c>[LayersOf]</c> gives. An attribute's argument is a constant, so that each is a
/// number that no argument's range allows.
/// </summary>
static class BlockParameters
{
    /// <summary>Stands for the filters.</summary>
    public const int Filters = int.MinValue + 1;

    /// <summary>Stands for the stride.</summary>
    public const int Stride = int.MinValue + 2;
}
