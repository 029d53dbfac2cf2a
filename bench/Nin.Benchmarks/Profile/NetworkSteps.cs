using System.Reflection;

namespace Nin.Benchmarks.Profile;

/// <summary>
/// The steps that a network's layers run. Layers are generic in their shapes, so that a program over any network finds them by reflection.
/// </summary>
static class NetworkSteps
{
    const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>All of them, for a network that is a chain.</summary>
    public static IEnumerable<(string Layer, Step Step)> Of(INetwork network)
    {
        foreach (var info in network.Architecture.Layers)
        {
            object layer = network.GetType().GetProperty(info.Name, Members)!.GetValue(network)!;
            foreach (var step in StepsOf(layer)) yield return (info.Name, step);
        }
    }

    static IReadOnlyList<Step> StepsOf(object layer)
    {
        for (var type = layer.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty("Steps", Members | BindingFlags.DeclaredOnly) is { } steps) return (IReadOnlyList<Step>)steps.GetValue(layer)!;
        }

        throw new ArgumentException($"{layer.GetType().Name} has no steps.", nameof(layer));
    }
}
