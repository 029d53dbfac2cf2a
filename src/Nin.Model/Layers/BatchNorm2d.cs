using Nin.Shapes.Sizes;

namespace Nin.Layers;

/// <summary>Batch normalisation (Ioffe and Szegedy 2015).</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
public sealed class BatchNorm2d<TShape> : Layer<TShape, TShape>
    where TShape : struct, IShape
{
    /// <param name="parameters">Where <c>name.weight</c>, <c>name.bias</c> and the running statistics are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="epsilon">Added to the variance before its root.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics.</param>
    public BatchNorm2d(
        ParameterSet parameters, string name,
        double epsilon = LayerDefaults.BatchNormEpsilon, double momentum = LayerDefaults.BatchNormMomentum)
        : this(parameters, name, new BatchNormalization(
            parameters[$"{name}.weight"], parameters[$"{name}.bias"], parameters[$"{name}.running_mean"], parameters[$"{name}.running_var"],
            epsilon, momentum))
    {
    }

    BatchNorm2d(ParameterSet parameters, string name, BatchNormalization normalization)
        : this(parameters, name, normalization, new BatchNormStep(TShape.Shape, normalization, relu: false))
    {
    }

    BatchNorm2d(ParameterSet parameters, string name, BatchNormalization normalization, BatchNormStep step)
        : base(name, parameters.Device, step)
    {
        BatchNormalization = normalization;
        Step = step;
        Scale = parameters[$"{name}.weight"];
        Shift = parameters[$"{name}.bias"];
        RunningMean = parameters[$"{name}.running_mean"];
        RunningVariance = parameters[$"{name}.running_var"];
    }

    /// <summary><c>[channels]</c>.</summary>
    public Parameter Scale { get; }

    /// <summary><c>[channels]</c>.</summary>
    public Parameter Shift { get; }

    /// <summary><c>[channels]</c>, not trained.</summary>
    public Parameter RunningMean { get; }

    /// <summary><c>[channels]</c>, not trained.</summary>
    public Parameter RunningVariance { get; }

    /// <summary>What it computes.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public BatchNormStep Step { get; }

    internal BatchNormalization BatchNormalization { get; }
}
