namespace Nin.Layers;

/// <summary>ReLU, or leaky ReLU with a slope below zero.</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
/// <param name="device">Where it runs.</param>
/// <param name="name">Its name in the network.</param>
/// <param name="negativeSlope">Slope below zero.</param>
public sealed class Relu<TShape>(Device device, string name, double negativeSlope = 0)
    : StepLayer<TShape, TShape, ReluStep>(device, name, new ReluStep(TShape.Shape, negativeSlope))
    where TShape : struct, IShape;
