namespace Nin;

/// <summary>A flat vector of features, as behind <c>Flatten</c> and <c>Linear</c>.</summary>
/// <typeparam name="TCount">How many.</typeparam>
public readonly struct Features<TCount> : IShape
    where TCount : struct, IDim
{
    /// <inheritdoc/>
    public static Shape Shape => Shape.Flat(TCount.Value);
}
