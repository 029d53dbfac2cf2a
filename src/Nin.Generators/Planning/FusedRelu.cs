namespace Nin.Generators.Planning;

/// <summary>A ReLU layer that the store of the layer before it computes.</summary>
/// <param name="Layer">The ReLU's position.</param>
/// <param name="Name">The name of the step that is both.</param>
sealed record FusedRelu(int Layer, string Name);
