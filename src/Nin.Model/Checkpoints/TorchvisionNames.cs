namespace Nin;

/// <summary>
/// Names of torchvision's networks (<c>layer1.0.conv1.weight</c>) by the names of the same network declared here: for <see cref="LoadOptions.Names"/>. timm's residual
/// networks have the same names.
/// </summary>
/// <remarks>
/// Layers are paired by the shapes of their weights, in their order; in a residual network also by what they read, so that a shortcut's convolution may stand before or
/// after the others of its block. A normalisation goes with its convolution. A last layer of other classes gets no name, and keeps its initial weights.
/// </remarks>
public static class TorchvisionNames
{
    static readonly Dictionary<string, Func<IEnumerable<TorchvisionLayer>>> Networks = new(StringComparer.Ordinal)
    {
        ["alexnet"] = TorchvisionNetworks.AlexNet,
        ["mobilenet_v2"] = TorchvisionNetworks.MobileNetV2,
        ["resnet18"] = () => TorchvisionNetworks.ResNet([2, 2, 2, 2], bottleneck: false),
        ["resnet34"] = () => TorchvisionNetworks.ResNet([3, 4, 6, 3], bottleneck: false),
        ["resnet50"] = () => TorchvisionNetworks.ResNet([3, 4, 6, 3], bottleneck: true),
        ["resnet101"] = () => TorchvisionNetworks.ResNet([3, 4, 23, 3], bottleneck: true),
        ["resnet152"] = () => TorchvisionNetworks.ResNet([3, 8, 36, 3], bottleneck: true),
        ["squeezenet1_0"] = () => TorchvisionNetworks.SqueezeNet(96, kernel: 7, [3, 4, 5, 7, 8, 9, 10, 12]),
        ["squeezenet1_1"] = () => TorchvisionNetworks.SqueezeNet(64, kernel: 3, [3, 4, 6, 7, 9, 10, 11, 12]),
        ["vgg11"] = () => TorchvisionNetworks.Vgg([1, 1, 2, 2, 2], normalised: false),
        ["vgg11_bn"] = () => TorchvisionNetworks.Vgg([1, 1, 2, 2, 2], normalised: true),
        ["vgg13"] = () => TorchvisionNetworks.Vgg([2, 2, 2, 2, 2], normalised: false),
        ["vgg13_bn"] = () => TorchvisionNetworks.Vgg([2, 2, 2, 2, 2], normalised: true),
        ["vgg16"] = () => TorchvisionNetworks.Vgg([2, 2, 3, 3, 3], normalised: false),
        ["vgg16_bn"] = () => TorchvisionNetworks.Vgg([2, 2, 3, 3, 3], normalised: true),
        ["vgg19"] = () => TorchvisionNetworks.Vgg([2, 2, 4, 4, 4], normalised: false),
        ["vgg19_bn"] = () => TorchvisionNetworks.Vgg([2, 2, 4, 4, 4], normalised: true),
    };

    /// <summary>The networks whose names are known, as torchvision calls them.</summary>
    public static IReadOnlyCollection<string> Known => Networks.Keys;

    /// <summary>The names of <c>resnet18</c>.</summary>
    /// <param name="network">The same network, declared here; its last layer may have other classes, or not be there.</param>
    /// <exception cref="ArgumentException">The network has other layers; the message names the first.</exception>
    public static IReadOnlyDictionary<string, string> ResNet18(Architecture network) => Of("resnet18", network);

    /// <summary>The names of <c>resnet34</c>.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static IReadOnlyDictionary<string, string> ResNet34(Architecture network) => Of("resnet34", network);

    /// <summary>The names of one of torchvision's networks.</summary>
    /// <param name="torchvision">Its name: <c>"resnet50"</c>, <c>"vgg16_bn"</c>, <c>"mobilenet_v2"</c>; see <see cref="Known"/>.</param>
    /// <param name="network">The same network, declared here; its last layer may have other classes, or not be there.</param>
    /// <exception cref="ArgumentException">No such network is known, or the declared one has other layers; the message names the first.</exception>
    public static IReadOnlyDictionary<string, string> Of(string torchvision, Architecture network)
    {
        ArgumentNullException.ThrowIfNull(torchvision);
        ArgumentNullException.ThrowIfNull(network);
        return new TorchvisionPairing(torchvision, Layers(torchvision), network).Names();
    }

    /// <summary>The layers of one of torchvision's networks.</summary>
    internal static IReadOnlyList<TorchvisionLayer> Layers(string torchvision) => Networks.TryGetValue(torchvision, out var layers)
        ? [.. layers()]
        : throw new ArgumentException($"'{torchvision}' is not known here: use {string.Join(", ", Known)}, or a dictionary of your own.", nameof(torchvision));
}

/// <summary>A convolution or linear layer of torchvision's, and the normalisation after it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dims">Dimensions of its weight.</param>
/// <param name="Norm">The normalisation's name; null where there is none.</param>
/// <param name="IsInner">Whether it reads what a convolution gives, normalised and activated, and nothing merged or pooled; null where its shape and place say enough.</param>
sealed record TorchvisionLayer(string Name, int[] Dims, string? Norm = null, bool? IsInner = null);
