using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>A fully connected layer, <c>y = W x + b</c>; comes after <see cref="FlattenAttribute"/>.</summary>
    /// <param name="features">Output features, 1 or more.</param>
    public sealed class LinearAttribute(int features) : LayerAttribute
    {
        /// <summary>Output features.</summary>
        public int Features { get; } = features;

        /// <summary>Whether a bias per output feature is added. Default: true.</summary>
        public bool Bias { get; set; } = LayerDefaults.Bias;
    }
}

namespace Nin.Layers
{
    /// <summary>A linear layer over flat features.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    public sealed class Linear<TIn, TOut>(ParameterSet parameters, string name) : ConvolutionLayer<TIn, TOut>(
        parameters, name, new Conv2dSizes(TIn.Shape.Channels, 1, 1, TOut.Shape.Channels), relu: false)
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
