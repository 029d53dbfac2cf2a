namespace Nin.Training;

/// <summary>
/// Freezes layers: their weights keep their values, and no optimiser touches them. A training pass computes no gradient that only they would need, and
/// no activation is kept for one (<see cref="INetwork.BytesToTrain"/>): the layers before the first trained one run as in inference.
/// </summary>
public static class Freezing
{
    /// <summary>
    /// Freezes a layer, or all parameters whose names begin so. Where layers before it are trained, gradients still go through it. A normalisation whose scale
    /// and shift are both frozen normalises by its running statistics, as in inference, and leaves them as they are (PyTorch: <c>eval()</c> for that layer).
    /// Dropout stays active.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="prefix">
    /// A layer's name (<c>"Block1"</c>), a parameter's, or a beginning of one that ends before a dot or an underscore: <c>"Stage4"</c> is all of
    /// <c>Stage4_1_Conv1</c> to <c>Stage4_2_Norm2</c>, <c>"Stage4_2"</c> the second block alone.
    /// </param>
    /// <exception cref="ArgumentException">There is no trainable parameter of such a name.</exception>
    public static void Freeze(this INetwork network, string prefix) => Set(network, prefix, requiresGradient: false);

    /// <summary>Freezes all layers that are declared before one: what a new head stands on.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The first layer that stays as it is: <c>nameof(FlowerNet.Head)</c>.</param>
    /// <exception cref="ArgumentException">The network has no layer of that name, or no trained layer before it.</exception>
    public static void FreezeBefore(this INetwork network, string layer)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(layer);
        var layers = network.Architecture.Layers;
        string name = network.Architecture.Name;
        if (!layers.Any(l => l.Name == layer))
            throw new ArgumentException($"{name} has no layer '{layer}'; its layers are {string.Join(", ", layers.Select(l => l.Name))}.", nameof(layer));
        string[] before = [.. layers.TakeWhile(l => l.Name != layer).SelectMany(l => l.Parameters).Where(p => p.IsTrainable).Select(p => p.Name)];
        if (before.Length == 0) throw new ArgumentException($"{name} has no parameters before '{layer}': there is nothing to freeze.", nameof(layer));
        foreach (string parameter in before) network.Parameters[parameter].RequiresGradient = false;
    }

    /// <summary>Lets what <see cref="Freeze"/> froze learn again.</summary>
    /// <inheritdoc cref="Freeze"/>
    public static void Unfreeze(this INetwork network, string prefix) => Set(network, prefix, requiresGradient: true);

    /// <summary>
    /// The trained parameters of a layer, or whose names begin so. What follows the beginning is a dot, or, where no name has that, an underscore: a layer's own name
    /// means that layer alone.
    /// </summary>
    internal static Parameter[] Of(ParameterSet parameters, string prefix)
    {
        Parameter[] trainable = [.. parameters.Where(p => p.Spec.IsTrainable)];
        Parameter[] ofLayer = [.. trainable.Where(p => p.Name == prefix || p.Name.StartsWith(prefix + ".", StringComparison.Ordinal))];
        return ofLayer.Length > 0 ? ofLayer : [.. trainable.Where(p => p.Name.StartsWith(prefix + "_", StringComparison.Ordinal))];
    }

    static void Set(INetwork network, string prefix, bool requiresGradient)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var found = Of(network.Parameters, prefix);
        if (found.Length == 0)
        {
            var layers = network.Parameters.Select(p => p.Name.Split('.')[0]).Distinct();
            throw new ArgumentException($"{network.Architecture.Name} has no trained layer or parameter '{prefix}'; its layers with parameters are {string.Join(", ", layers)}.", nameof(prefix));
        }

        foreach (var parameter in found) parameter.RequiresGradient = requiresGradient;
    }
}
