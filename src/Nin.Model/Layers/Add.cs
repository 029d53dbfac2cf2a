using System.ComponentModel;

namespace Nin
{
    /// <summary>
    /// The sum of the outputs of earlier layers, element by element; all have the same shape. A residual connection is
    /// <c>[Add(nameof(Block1), nameof(Block3))]</c>.
    /// </summary>
    /// <param name="first">The name of an earlier layer.</param>
    /// <param name="second">The name of another.</param>
    /// <param name="more">The names of more.</param>
    public sealed class AddAttribute(string first, string second, params string[] more) : LayerAttribute
    {
        /// <summary>Two outputs added.</summary>
        /// <param name="first">The name of an earlier layer.</param>
        /// <param name="second">The name of another.</param>
        public AddAttribute(string first, string second)
            : this(first, second, [])
        {
        }

        /// <summary>The first input.</summary>
        public string First { get; } = first;

        /// <summary>The second input.</summary>
        public string Second { get; } = second;

        /// <summary>The other inputs.</summary>
        public string[] More { get; } = more;

        /// <summary>
        /// Whether an input whose shape is not the first one's is projected to it by a 1x1 convolution without bias and a BatchNorm2d, as the
        /// shortcut of a residual block is. They are layers of the network like any other, <c>Add1Project</c> and <c>Add1ProjectNorm</c>, and are
        /// present only where the shapes differ. The first input, which keeps its shape, is the block's branch. Default: false.
        /// </summary>
        public bool Project { get; set; }
    }
}

namespace Nin.Layers
{
    /// <summary>The sum of two or more branches of one shape.</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <param name="name">Its name in the network.</param>
    /// <param name="count">Branches.</param>
    public sealed class Add<TShape>(string name, int count) : Merge<TShape>(name, new AddStep(TShape.Shape, count))
        where TShape : struct, IShape
    {
        /// <summary>What it computes.</summary>
        [EditorBrowsable(EditorBrowsableState.Never)]
        public new AddStep Step => (AddStep)base.Step;

        /// <summary>Runs it on a tape; a branch of another shape is a C# compiler error.</summary>
        /// <exception cref="ArgumentException">The number of branches differs.</exception>
        public Traced<TShape> Forward(params ReadOnlySpan<Traced<TShape>> inputs)
        {
            var untyped = new Traced[inputs.Length];
            for (int i = 0; i < inputs.Length; i++) untyped[i] = inputs[i].Untyped;
            return ForwardUntyped(untyped);
        }
    }
}
