using System.Reflection;

namespace Nin.Benchmarks.Profile;

/// <summary>
/// The steps that a network's layers run. Layers are generic in their shapes, so that a program over any network finds them by reflection.
/// </summary>
static class NetworkSteps
{
    const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // A convolution, its normalisation and an activation.
    const int MostFused = 3;

    /// <summary>All of them, for a network that is a chain, fused as the network runs them.</summary>
    public static IEnumerable<(string Layer, Step Step)> Of(INetwork network)
    {
        string[] names = [.. network.Architecture.Layers.Select(l => l.Name)];
        for (int i = 0; i < names.Length;)
        {
            int count = Math.Min(MostFused, names.Length - i);
            while (count > 1 && Member(network, string.Concat(names.AsSpan(i, count))) is not Step) count--;
            string name = string.Concat(names.AsSpan(i, count));
            foreach (var step in count > 1 ? [(Step)Member(network, name)!] : StepsOf(Member(network, name)!)) yield return (name, step);
            i += count;
        }
    }

    static object? Member(INetwork network, string name) => network.GetType().GetProperty(name, Members)?.GetValue(network);

    static IReadOnlyList<Step> StepsOf(object layer)
    {
        for (var type = layer.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty("Steps", Members | BindingFlags.DeclaredOnly) is { } steps) return (IReadOnlyList<Step>)steps.GetValue(layer)!;
        }

        throw new ArgumentException($"{layer.GetType().Name} has no steps.", nameof(layer));
    }
}
