namespace Nin
{
    /// <summary>
    /// The outputs of earlier layers one after the other along the channels (or features): all have the same height and width, or
    /// all are flat. <c>[Concat(nameof(Block1), nameof(Block3))]</c>.
    /// </summary>
    /// <param name="first">The name of an earlier layer.</param>
    /// <param name="second">The name of another.</param>
    /// <param name="more">The names of more.</param>
    public sealed class ConcatAttribute(string first, string second, params string[] more) : LayerAttribute
    {
        /// <summary>Two outputs joined.</summary>
        /// <param name="first">The name of an earlier layer.</param>
        /// <param name="second">The name of another.</param>
        public ConcatAttribute(string first, string second)
            : this(first, second, [])
        {
        }

        /// <summary>The first input.</summary>
        public string First { get; } = first;

        /// <summary>The second input.</summary>
        public string Second { get; } = second;

        /// <summary>The other inputs.</summary>
        public string[] More { get; } = more;
    }
}

namespace Nin.Layers
{
    /// <summary>The channels of two or more branches side by side.</summary>
    /// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
    /// <param name="name">Its name in the network.</param>
    /// <param name="inputs">Shapes of the branches, in order.</param>
    public sealed class Concat<TOut>(string name, params IReadOnlyList<Shape> inputs) : Merge<TOut>(name, new ConcatStep(inputs))
        where TOut : struct, IShape
    {
        /// <summary>Runs it on a tape. Branches differ in their channels, so their shapes are checked here and not by the compiler.</summary>
        /// <exception cref="ArgumentException">The number of branches or a shape differs.</exception>
        public Traced<TOut> Forward(params ReadOnlySpan<Traced> inputs) => ForwardUntyped(inputs);
    }
}
