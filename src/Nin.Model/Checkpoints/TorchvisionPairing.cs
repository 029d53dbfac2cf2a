namespace Nin;

/// <summary>Pairs the layers of one network with those of another.</summary>
/// <param name="torchvision">The other's name, for messages.</param>
/// <param name="theirs">Its layers.</param>
/// <param name="network">Ours.</param>
sealed class TorchvisionPairing(string torchvision, IReadOnlyList<TorchvisionLayer> theirs, Architecture network)
{
    static readonly string[] Merging = ["Add", "Multiply", "Concat", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d", "GlobalMaxPool2d", "Flatten"];

    readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    readonly Dictionary<int, TorchvisionLayer> paired = [];
    readonly HashSet<string> normalised = new(StringComparer.Ordinal);
    readonly List<TorchvisionLayer> left = [.. theirs];

    public Dictionary<string, string> Names()
    {
        int[] own = [.. Enumerable.Range(0, network.Layers.Count).Where(i => network.Layers[i].Parameters.Count > 0)];
        foreach (int i in own) Pair(i, isLast: i == own.LastOrDefault(IsProduct, -1));
        if (paired.Values.FirstOrDefault(t => t.Norm is not null && !normalised.Contains(t.Norm)) is { } bare) throw Unlike($"lacks a normalisation as '{bare.Norm}'");
        // The last layer of theirs may be left: ours has other classes, or none.
        if (left.Any(t => t != theirs[^1])) throw Unlike($"lacks a layer as '{left[0].Name}', of the weights [{string.Join(", ", left[0].Dims)}]");
        return names;
    }

    void Pair(int i, bool isLast)
    {
        var layer = network.Layers[i];
        if (layer.Kind == "BatchNorm2d")
        {
            string norm = paired.GetValueOrDefault(layer.Inputs[0])?.Norm ?? throw Unlike($"has {layer.Name}, a normalisation for which that has none");
            normalised.Add(norm);
            Take(layer, norm);
            return;
        }

        if (!IsProduct(i)) throw Unlike($"has {layer.Name}, a {layer.Kind}");
        int[] dims = layer.Parameters[0].Dims;
        bool isInner = IsInner(i);
        // Images of other channels than three: the loader says that the shapes differ.
        bool isFirstOfOthers = left.Count == theirs.Count && theirs[0].Dims.Where((_, d) => d != 1).SequenceEqual(dims.Where((_, d) => d != 1));
        var found = isFirstOfOthers ? theirs[0] : left.Find(t => t.Dims.SequenceEqual(dims) && (t.IsInner ?? isInner) == isInner);
        if (found is null)
        {
            if (isLast && theirs[^1].Dims.AsSpan(1).SequenceEqual(dims.AsSpan(1))) return;
            throw Unlike($"has {layer.Name}, of the weights [{string.Join(", ", dims)}], for which that has no layer left");
        }

        left.Remove(found);
        paired[i] = found;
        Take(layer, found.Name);
    }

    void Take(LayerInfo layer, string name)
    {
        foreach (var parameter in layer.Parameters) names.Add(parameter.Name, name + parameter.Name[parameter.Name.LastIndexOf('.')..]);
    }

    bool IsProduct(int i) => network.Layers[i].Kind is "Conv2d" or "Pointwise" or "Linear";

    bool IsInner(int i)
    {
        int from = network.Layers[i].Inputs[0];
        while (from >= 0 && !IsProduct(from) && !Merging.Contains(network.Layers[from].Kind)) from = network.Layers[from].Inputs[0];
        return from >= 0 && IsProduct(from);
    }

    ArgumentException Unlike(string what) => new($"{network.Name} is not torchvision's {torchvision}: it {what}.");
}
