using Nin.Shapes.Sizes;

namespace Nin
{
    /// <summary>
    /// Normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts it by learnt parameters; inference uses
    /// running statistics (Ioffe and Szegedy 2015; PyTorch's <c>BatchNorm2d</c>). After <c>[Flatten]</c> each feature is a channel (PyTorch's
    /// <c>BatchNorm1d</c>). The shape is unchanged.
    /// </summary>
    /// <remarks>
    /// As in PyTorch, training normalises by the batch's biased variance (divided by the number of values of a channel, <c>n height width</c>), and the running
    /// variance, by which inference normalises, is of the unbiased one (divided by one less). A batch with a single value per channel has none, and leaves the
    /// running variance as it is.
    /// </remarks>
    public sealed class BatchNorm2dAttribute : LayerAttribute
    {
        /// <summary>Added to the variance before its square root, more than 0. Default: 1e-5.</summary>
        public double Epsilon { get; set; } = LayerDefaults.BatchNormEpsilon;

        /// <summary>
        /// Weight of a new batch in the running statistics, 0 to 1. Default: 0.1, in PyTorch's sense: <c>(1 - m) old + m new</c>.
        /// </summary>
        public double Momentum { get; set; } = LayerDefaults.BatchNormMomentum;
    }
}

namespace Nin.Layers
{
    /// <summary>Batch normalisation (Ioffe and Szegedy 2015).</summary>
    /// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
    /// <param name="parameters">Where <c>name.weight</c>, <c>name.bias</c> and the running statistics are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="epsilon">Added to the variance before its square root.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics.</param>
    public sealed class BatchNorm2d<TShape>(
        ParameterSet parameters, string name,
        double epsilon = LayerDefaults.BatchNormEpsilon, double momentum = LayerDefaults.BatchNormMomentum)
        : StepLayer<TShape, TShape, BatchNormStep>(
            parameters.Device, name,
            new BatchNormStep(TShape.Shape, new BatchNormalization(parameters, name, epsilon, momentum), relu: false))
        where TShape : struct, IShape
    {
        /// <summary><c>[channels]</c>.</summary>
        public Parameter Scale => Step.Normalization.Scale;

        /// <summary><c>[channels]</c>.</summary>
        public Parameter Shift => Step.Normalization.Shift;

        /// <summary><c>[channels]</c>, not trained.</summary>
        public Parameter RunningMean => Step.Normalization.RunningMean;

        /// <summary><c>[channels]</c>, not trained: of the batches' unbiased variances, as PyTorch's <c>running_var</c>.</summary>
        public Parameter RunningVariance => Step.Normalization.RunningVariance;
    }
}
