namespace Nin;

/// <summary>
/// Names of torchvision's networks (<c>layer1.0.conv1.weight</c>), which timm's have too, by the names of the same network declared here: for
/// <see cref="LoadOptions.Names"/>.
/// </summary>
public static class TorchvisionNames
{
    static readonly int[] BlocksOf18 = [2, 2, 2, 2], BlocksOf34 = [3, 4, 6, 3];

    /// <summary>The names of <c>resnet18</c>.</summary>
    /// <param name="network">
    /// A declaration with the same convolutions, normalisations and at most one linear layer in torchvision's order: in each block both convolutions, then the
    /// shortcut's. The linear layer may have other classes, or not be there.
    /// </param>
    /// <exception cref="ArgumentException">The network has other layers.</exception>
    public static IReadOnlyDictionary<string, string> ResNet18(Architecture network) => ResNet(network, BlocksOf18);

    /// <summary>The names of <c>resnet34</c>.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static IReadOnlyDictionary<string, string> ResNet34(Architecture network) => ResNet(network, BlocksOf34);

    static Dictionary<string, string> ResNet(Architecture network, int[] blocks)
    {
        ArgumentNullException.ThrowIfNull(network);
        string[] layers = [.. LayersOfResNet(blocks)];
        LayerInfo[] own = [.. network.Layers.Where(l => l.Parameters.Count > 0)];
        if (own.Length != layers.Length && own.Length != layers.Length - 1)
        {
            throw new ArgumentException(
                $"{network.Name} has {own.Length} layers with parameters, and torchvision's network {layers.Length}: they must be the same, but for the last one.", nameof(network));
        }

        return own.Zip(layers)
            .SelectMany(pair => pair.First.Parameters.Select(p => (p.Name, Theirs: pair.Second + p.Name[p.Name.LastIndexOf('.')..])))
            .ToDictionary(pair => pair.Name, pair => pair.Theirs, StringComparer.Ordinal);
    }

    static IEnumerable<string> LayersOfResNet(int[] blocks)
    {
        yield return "conv1";
        yield return "bn1";
        for (int stage = 1; stage <= blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage - 1]; block++)
            {
                string name = FormattableString.Invariant($"layer{stage}.{block}");
                yield return $"{name}.conv1";
                yield return $"{name}.bn1";
                yield return $"{name}.conv2";
                yield return $"{name}.bn2";
                if (stage == 1 || block > 0) continue;
                yield return $"{name}.downsample.0";
                yield return $"{name}.downsample.1";
            }
        }

        yield return "fc";
    }
}
