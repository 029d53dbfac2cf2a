using Microsoft.CodeAnalysis;
using Nin.Generators.Layers;

namespace Nin.Generators.Parsing;

/// <summary>A kind of layer: the stem of its default names, and how its attribute is read. The one table of all kinds.</summary>
sealed record LayerKind(string Stem, Func<ArgumentReader, Layer> Read)
{
    static readonly Dictionary<string, LayerKind> ByAttribute = new()
    {
        ["Conv2dAttribute"] = new("Conv", Conv2dLayer.Read),
        ["PointwiseAttribute"] = new("Pointwise", Conv2dLayer.ReadPointwise),
        ["NinBlockAttribute"] = new("Block", NinBlockLayer.Read),
        ["ReluAttribute"] = new("Relu", ReluLayer.Read),
        ["LeakyReluAttribute"] = new("LeakyRelu", LeakyReluLayer.Read),
        ["MaxPool2dAttribute"] = new("Pool", MaxPool2dLayer.Read),
        ["AvgPool2dAttribute"] = new("Pool", AvgPool2dLayer.Read),
        ["GlobalAvgPool2dAttribute"] = new("GlobalPool", GlobalAvgPool2dLayer.Read),
        ["BatchNorm2dAttribute"] = new("Norm", BatchNorm2dLayer.Read),
        ["DropoutAttribute"] = new("Dropout", DropoutLayer.Read),
        ["FlattenAttribute"] = new("Flatten", FlattenLayer.Read),
        ["LinearAttribute"] = new("Linear", LinearLayer.Read),
        ["AddAttribute"] = new("Add", AddLayer.Read),
        ["ConcatAttribute"] = new("Concat", ConcatLayer.Read),
    };

    /// <summary>True where the inputs stand in place, and <c>From</c> does not.</summary>
    public bool IsJoin => Stem is "Add" or "Concat";

    /// <summary>The kind of layer that an attribute declares, or null.</summary>
    public static LayerKind? Of(AttributeData data) =>
        KnownAttributes.NameOf(data) is string name && ByAttribute.TryGetValue(name, out LayerKind? kind) ? kind : null;
}
