namespace Nin;

/// <summary>An argument of a layer.</summary>
/// <param name="Name">As the attribute calls it.</param>
/// <param name="Value">Its value; a flag is 0 or 1.</param>
public readonly record struct LayerArgument(string Name, double Value);
