namespace Nin.Layers;

/// <summary>Dropout (Srivastava et al. 2014): drops elements while training, and is the identity in inference.</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
/// <param name="device">Where it runs.</param>
/// <param name="name">Its name in the network.</param>
/// <param name="probability">Share of elements that become zero.</param>
/// <param name="layer">Its position in the network, which keys its random numbers.</param>
public sealed class Dropout<TShape>(Device device, string name, double probability, int layer)
    : StepLayer<TShape, TShape, DropoutStep>(device, name, new DropoutStep(TShape.Shape, probability, layer))
    where TShape : struct, IShape;
