namespace Nin.Layers;

/// <summary>The channels of two or more branches side by side.</summary>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
/// <param name="name">Its name in the network.</param>
/// <param name="inputs">Shapes of the branches, in order.</param>
public sealed class Concat<TOut>(string name, params IReadOnlyList<Shape> inputs) : Merge<TOut>(name, new ConcatStep(inputs))
    where TOut : struct, IShape;
