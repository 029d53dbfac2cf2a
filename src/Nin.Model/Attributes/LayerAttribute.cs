namespace Nin;

/// <summary>
/// A layer of a network. Layers are attributes of a class with <see cref="NetworkAttribute"/>, in the order in which they run; the
/// compiler checks their shapes.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public abstract class LayerAttribute : Attribute
{
    /// <summary>
    /// The layer's name: the property that the network gets for it, and the first part of its parameters' names in a weights
    /// file. A C# identifier that no other layer and no other member of the class has, and not <c>input</c>.
    /// </summary>
    /// <remarks>
    /// Default: kind and ordinal, where layers with a name of their own count too, so that naming one renames no other:
    /// <c>Conv1</c> (<see cref="Conv2dAttribute"/>), <c>Pointwise1</c>, <c>Block1</c> (<see cref="NinBlockAttribute"/>),
    /// <c>Pool1</c> (<see cref="MaxPool2dAttribute"/> and <see cref="AvgPool2dAttribute"/> together), <c>GlobalPool1</c>
    /// (<see cref="GlobalAvgPool2dAttribute"/> and <see cref="GlobalMaxPool2dAttribute"/> together), <c>Norm1</c>
    /// (<see cref="BatchNorm2dAttribute"/>); all others begin with their own name: <c>Relu1</c>, <c>Linear1</c>, <c>Add1</c>.
    /// </remarks>
    public string? Name { get; set; }

    /// <summary>
    /// The earlier layer whose output this layer reads; <c>From = nameof(Block1)</c> works, and <c>From = "input"</c> is the network's input,
    /// inside a block the block's. Default: the layer before, and for the first layer the network's input.
    /// <see cref="AddAttribute"/>, <see cref="MultiplyAttribute"/> and <see cref="ConcatAttribute"/> take the same names as positional arguments instead.
    /// </summary>
    public string? From { get; set; }
}
