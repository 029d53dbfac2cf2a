namespace Nin
{
    /// <summary>
    /// The elementwise product of the outputs of earlier layers. All have the same shape, or are <c>channels x 1 x 1</c> next to
    /// <c>channels x height x width</c> and scale each channel, as in squeeze-and-excitation (Hu et al. 2018):
    /// <c>[Multiply(nameof(Block1), nameof(Gate))]</c>.
    /// </summary>
    /// <param name="first">The name of an earlier layer.</param>
    /// <param name="second">The name of another.</param>
    /// <param name="more">The names of more.</param>
    public sealed class MultiplyAttribute(string first, string second, params string[] more) : LayerAttribute
    {
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
    /// <summary>The elementwise product of two or more branches.</summary>
    /// <typeparam name="TOut">Shape of one example that comes out: that of the largest branch.</typeparam>
    /// <param name="name">Its name in the network.</param>
    /// <param name="inputs">Shapes of the branches, in order.</param>
    public sealed class Multiply<TOut>(string name, params IReadOnlyList<Shape> inputs) : Merge<TOut>(name, new MultiplyStep(inputs))
        where TOut : struct, IShape
    {
        /// <summary>Runs it on a tape. A branch may be one pixel, so shapes are checked here and not by the compiler.</summary>
        /// <exception cref="ArgumentException">The number of branches or a shape differs.</exception>
        public Traced<TOut> Forward(params ReadOnlySpan<Traced> inputs) => ForwardUntyped(inputs);
    }
}
