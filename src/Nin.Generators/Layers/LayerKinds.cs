using Microsoft.CodeAnalysis;
using Nin.Generators.Symbols;

namespace Nin.Generators.Layers;

/// <summary>The list of all kinds of layers.</summary>
static class LayerKinds
{
    static readonly Dictionary<string, LayerKind> ByAttribute = new LayerKind[]
    {
        Conv2dLayer.Declared,
        PointwiseLayer.Declared,
        ConvTranspose2dLayer.Declared,
        NinBlockLayer.Declared,
        MaxPool2dLayer.Declared,
        AvgPool2dLayer.Declared,
        GlobalAvgPool2dLayer.Declared,
        GlobalMaxPool2dLayer.Declared,
        BatchNorm2dLayer.Declared,
        DropoutLayer.Declared,
        LocalResponseNormLayer.Declared,
        FlattenLayer.Declared,
        LinearLayer.Declared,
        AddLayer.Declared,
        MultiplyLayer.Declared,
        ConcatLayer.Declared,
        CustomLayer.Declared,
    }.Concat(ActivationLayer.Declared).ToDictionary(kind => kind.Attribute);

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => ByAttribute.Values.Select(kind => kind.Name);

    /// <summary>The kind of layer that an attribute declares, or null.</summary>
    public static LayerKind? Of(AttributeData data) =>
        NinAttributes.NameOf(data) is string name && ByAttribute.TryGetValue(name, out LayerKind? kind) ? kind : null;

    /// <summary>Whether an attribute brings a layer, or those of another class.</summary>
    public static bool IsLayer(AttributeData data) => NinAttributes.IsLayersOf(data) || Of(data) is not null;
}
