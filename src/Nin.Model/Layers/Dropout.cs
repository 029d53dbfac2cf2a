using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// In training drops each element with this probability and divides the others by <c>1 - probability</c>; the identity in
    /// inference (PyTorch's <c>Dropout</c>). The shape is unchanged.
    /// </summary>
    /// <param name="probability">Probability of dropping an element, 0 to 1. Default: 0.5.</param>
    public sealed class DropoutAttribute(double probability = LayerDefaults.DropoutProbability) : LayerAttribute
    {
        /// <summary>Probability of dropping an element.</summary>
        public double Probability { get; } = probability;
    }
}

namespace Nin.Layers
{
    /// <summary>Dropout (Srivastava et al. 2014): drops elements while training, and is the identity in inference.</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="probability">Share of elements that become zero.</param>
    /// <param name="layer">Its position in the network, which keys its random numbers.</param>
    public sealed class Dropout<TShape>(Device device, string name, double probability, int layer)
        : StepLayer<TShape, TShape, DropoutStep>(device, name, new DropoutStep(TShape.Shape, probability, layer))
        where TShape : struct, IShape;
}
