using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// Divides each element by a power of the mean square of the channels around it: <c>y[c] = x[c] / (K + Alpha / size sum x[j]^2)^Beta</c> over the
    /// <c>size</c> channels j around c, at the same pixel (Krizhevsky et al. 2012; PyTorch's <c>LocalResponseNorm</c>). The shape is unchanged.
    /// </summary>
    /// <remarks>Networks of AlexNet's time have it; batch normalisation has taken its place since.</remarks>
    /// <param name="size">Channels of the window, 1 to 1,024; those beyond the first and the last count as 0.</param>
    public sealed class LocalResponseNormAttribute(int size) : LayerAttribute
    {
        /// <summary>Channels of the window.</summary>
        public int Size { get; } = size;

        /// <summary>Factor of the mean square, 0 or more. Default: 1e-4.</summary>
        public double Alpha { get; set; } = LayerDefaults.ResponseAlpha;

        /// <summary>Exponent, 0 or more. Default: 0.75.</summary>
        public double Beta { get; set; } = LayerDefaults.ResponseBeta;

        /// <summary>What is added to the sum, above 0. Default: 1.</summary>
        public double K { get; set; } = LayerDefaults.ResponseK;
    }
}

namespace Nin.Layers
{
    /// <summary>Local response normalisation across channels (Krizhevsky et al. 2012).</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="size">Channels of the window.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">What is added to the sum.</param>
    public sealed class LocalResponseNorm<TShape>(
        Device device, string name, int size,
        double alpha = LayerDefaults.ResponseAlpha, double beta = LayerDefaults.ResponseBeta, double k = LayerDefaults.ResponseK)
        : StepLayer<TShape, TShape, LocalResponseNormStep>(device, name, new LocalResponseNormStep(TShape.Shape, size, alpha, beta, k))
        where TShape : struct, IShape;
}
