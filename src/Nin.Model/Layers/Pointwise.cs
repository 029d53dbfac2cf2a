using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// A 1x1 convolution: each pixel's channels go through the same linear layer, <c>channels x height x width</c> to
    /// <c>filters x height x width</c> (Lin, Chen and Yan 2013, "Network in Network").
    /// </summary>
    /// <param name="filters">Output channels, 1 or more.</param>
    public sealed class PointwiseAttribute(int filters) : LayerAttribute
    {
        /// <summary>Output channels.</summary>
        public int Filters { get; } = filters;

        /// <summary>
        /// Whether a bias per filter is added. Default: true; <c>false</c> before <see cref="BatchNorm2dAttribute"/>, which cancels
        /// it.
        /// </summary>
        public bool Bias { get; set; } = LayerDefaults.Bias;
    }
}

namespace Nin.Layers
{
    /// <summary>A 1x1 convolution, with the ReLU after it where its block has one: a linear layer over the channels of each pixel.</summary>
    /// <inheritdoc cref="Layer{TIn, TOut}"/>
    /// <param name="parameters">Where <c>name.weight</c> and <c>name.bias</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public sealed class Pointwise<TIn, TOut>(ParameterSet parameters, string name, bool relu = false) : ConvolutionLayer<TIn, TOut>(
        parameters, name, new Conv2dSizes(TIn.Shape.Channels, TIn.Shape.Height, TIn.Shape.Width, TOut.Shape.Channels), relu)
        where TIn : struct, IShape
        where TOut : struct, IShape;
}
