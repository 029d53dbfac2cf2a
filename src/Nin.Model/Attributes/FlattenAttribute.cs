namespace Nin;

/// <summary>
/// <c>channels x height x width</c> to <c>channels · height · width</c> features, in PyTorch's order: channel, row, column.
/// </summary>
public sealed class FlattenAttribute : LayerAttribute;
