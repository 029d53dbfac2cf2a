namespace Nin;

/// <summary>
/// A layer of your own. Its class derives from <see cref="Layers.StepLayer{TIn, TOut, TStep}"/>, whose two shapes are its shape rule: the shape that it
/// reads decides the class's type parameters, and they decide the shape that it gives. What training keeps for its gradient is declared on the step's
/// class (<see cref="StepMemoryAttribute"/>). The class must be public, and its step must have no parameters.
/// </summary>
/// <param name="layer">The layer's class, with its type parameters open: <c>typeof(LocalResponseNorm&lt;&gt;)</c>.</param>
/// <param name="arguments">
/// What its constructor takes after the device and the name: numbers (<see cref="int"/>, <see cref="long"/>, <see cref="float"/>,
/// <see cref="double"/>) and <see cref="bool"/>. Default: none.
/// </param>
/// <example>
/// <code>
/// [Network(3, 32, 32)]
/// [Conv2d(16, Kernel = 5)]
/// [Custom(typeof(LocalResponseNorm&lt;&gt;), 5, 1e-4)]
/// </code>
/// </example>
public sealed class CustomAttribute(Type layer, params object[] arguments) : LayerAttribute
{
    /// <summary>The layer's class.</summary>
    public Type Layer { get; } = layer;

    /// <summary>What its constructor takes after the device and the name.</summary>
    public IReadOnlyList<object> Arguments { get; } = arguments;
}
