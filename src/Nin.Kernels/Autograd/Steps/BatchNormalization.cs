using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The parameters and running statistics of a batch normalisation (Ioffe and Szegedy 2015; PyTorch's <c>BatchNorm2d</c>).</summary>
public sealed class BatchNormalization
{
    readonly Parameter scale;
    readonly Parameter shift;
    readonly Parameter runningMean;
    readonly Parameter runningVariance;

    /// <param name="scale">Scale of each channel (<c>weight</c>).</param>
    /// <param name="shift">Shift of each channel (<c>bias</c>).</param>
    /// <param name="runningMean">Mean over the training batches.</param>
    /// <param name="runningVariance">Unbiased variance over the training batches.</param>
    /// <param name="epsilon">Added to the variance before its root.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics.</param>
    public BatchNormalization(
        Parameter scale, Parameter shift, Parameter runningMean, Parameter runningVariance,
        double epsilon = LayerDefaults.BatchNormEpsilon, double momentum = LayerDefaults.BatchNormMomentum)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        ArgumentNullException.ThrowIfNull(runningMean);
        ArgumentNullException.ThrowIfNull(runningVariance);
        this.scale = scale;
        this.shift = shift;
        this.runningMean = runningMean;
        this.runningVariance = runningVariance;
        Epsilon = (float)epsilon;
        Momentum = (float)momentum;
        Parameters = [scale, shift];
    }

    /// <summary>Added to the variance before its root.</summary>
    public float Epsilon { get; }

    /// <summary>Weight of a new batch in the running statistics.</summary>
    public float Momentum { get; }

    internal IReadOnlyList<Parameter> Parameters { get; }

    BatchNormParameters Views => new(scale.Value, shift.Value, runningMean.Value, runningVariance.Value, Epsilon, Momentum);

    internal void Infer(in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView y) =>
        pass.Op<IBatchNorm2dForwardInference>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, relu, y);

    internal void Forward(in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView y, DeviceView statistics)
    {
        var (mean, inverseDeviation) = Statistics(statistics, shape);
        pass.Op<IBatchNorm2dForwardTraining>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, relu, y, mean, inverseDeviation);
        runningMean.MarkWritten();
    }

    internal void Backward(
        in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView statistics, DeviceView dy, DeviceView dx, bool accumulate)
    {
        var (mean, inverseDeviation) = Statistics(statistics, shape);
        bool accumulateWeights = scale.BeginGradient();
        shift.BeginGradient();
        pass.Op<IBatchNorm2dBackward>().Run(
            pass.Stream, Sizes(shape), pass.Batch, x, Views, mean, inverseDeviation, relu, dy, dx, scale.Gradient, shift.Gradient,
            accumulate, accumulateWeights);
    }

    static BatchNormSizes Sizes(in Shape shape) => new(shape.Pixels, shape.Channels);

    static (DeviceView Mean, DeviceView InverseDeviation) Statistics(DeviceView statistics, in Shape shape) =>
        (statistics.Slice(0, shape.Channels), statistics.Slice(SlotSize.RoundUp(shape.Channels), shape.Channels));
}
