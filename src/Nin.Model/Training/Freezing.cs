namespace Nin.Training;

/// <summary>Freezes layers: their weights keep their values, and no optimiser touches them.</summary>
public static class Freezing
{
    /// <summary>
    /// Freezes a layer, or all parameters whose names begin so. Gradients still go through it to the layers before; a normalisation still takes the
    /// statistics of the batch, and its running statistics still move.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="prefix">A layer's name (<c>"Block1"</c>), a parameter's, or a beginning of one that ends before a dot.</param>
    /// <exception cref="ArgumentException">There is no trainable parameter of such a name.</exception>
    public static void Freeze(this INetwork network, string prefix) => Set(network, prefix, requiresGradient: false);

    /// <summary>Lets what <see cref="Freeze"/> froze learn again.</summary>
    /// <inheritdoc cref="Freeze"/>
    public static void Unfreeze(this INetwork network, string prefix) => Set(network, prefix, requiresGradient: true);

    /// <summary>Whether a parameter is of a layer, or has a name that begins so.</summary>
    internal static bool IsOf(Parameter parameter, string prefix) =>
        parameter.Name == prefix || parameter.Name.StartsWith(prefix + ".", StringComparison.Ordinal);

    static void Set(INetwork network, string prefix, bool requiresGradient)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        Parameter[] found = [.. network.Parameters.Where(p => p.Spec.IsTrainable && IsOf(p, prefix))];
        if (found.Length == 0)
        {
            var layers = network.Parameters.Select(p => p.Name.Split('.')[0]).Distinct();
            throw new ArgumentException($"{network.Architecture.Name} has no trained layer or parameter '{prefix}'; its layers with parameters are {string.Join(", ", layers)}.", nameof(prefix));
        }

        foreach (var parameter in found) parameter.RequiresGradient = requiresGradient;
    }
}
