namespace Nin;

/// <summary><c>max(x, 0)</c> of each element; the shape stays.</summary>
public sealed class ReluAttribute : LayerAttribute;
