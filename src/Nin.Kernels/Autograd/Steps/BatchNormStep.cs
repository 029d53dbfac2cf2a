using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(norm(x))</c>: batch normalisation on its own.</summary>
public sealed class BatchNormStep : Step
{
    /// <param name="shape">Shape of one example, in and out.</param>
    /// <param name="normalization">Parameters and running statistics.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <exception cref="ArgumentException">The normalisation does not have as many channels as the shape.</exception>
    public BatchNormStep(Shape shape, BatchNormalization normalization, bool relu)
        : base(shape, shape, StepMemory.BatchNorm(shape.Channels))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        normalization.RequireChannels(shape.Channels);
        Normalization = normalization;
        HasRelu = relu;
    }

    /// <summary>Parameters and running statistics.</summary>
    public BatchNormalization Normalization { get; }

    /// <summary>Whether negative results become zero.</summary>
    public bool HasRelu { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => Normalization.Parameters;

    /// <summary>This step and a ReLU as one, with the same parameters.</summary>
    public BatchNormStep ThenRelu() => new(Input, Normalization, relu: true);

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => Normalization.Infer(pass, Input, x, HasRelu, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        Normalization.Forward(pass, Input, x, HasRelu, y, saved.Fixed);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o) =>
        Normalization.Backward(pass, Input, o.X, HasRelu, o.Saved.Fixed, o.DY, o.DX, o.Accumulate);
}

/// <summary>The parameters and running statistics of a batch normalisation (Ioffe and Szegedy 2015; PyTorch's <c>BatchNorm2d</c>).</summary>
public sealed class BatchNormalization
{
    /// <param name="parameters">Where <c>name.weight</c>, <c>name.bias</c>, <c>name.running_mean</c> and <c>name.running_var</c> are.</param>
    /// <param name="name">Name in a checkpoint.</param>
    /// <param name="epsilon">Added to the variance before its square root, more than 0.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics, 0 to 1.</param>
    /// <exception cref="ArgumentException">The four parameters are not equally long, or have no gradient where they are trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> or <paramref name="momentum"/> is out of its range.</exception>
    public BatchNormalization(
        ParameterSet parameters, string name,
        double epsilon = LayerDefaults.BatchNormEpsilon, double momentum = LayerDefaults.BatchNormMomentum)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Scale = parameters[$"{name}.weight"];
        Shift = parameters[$"{name}.bias"];
        RunningMean = parameters[$"{name}.running_mean"];
        RunningVariance = parameters[$"{name}.running_var"];
        Epsilon = (float)epsilon;
        Momentum = (float)momentum;
        if (!(Epsilon > 0 && float.IsFinite(Epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be more than 0, as a float32 too.");
        if (!(Momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Momentum must be from 0 to 1.");
        foreach (Parameter other in new[] { Shift, RunningMean, RunningVariance })
        {
            if (other.Length != Scale.Length)
                throw new ArgumentException($"{other.Name} has {other.Length} elements and {Scale.Name} {Scale.Length}: they must be equally many, one per channel.", nameof(parameters));
        }

        foreach (Parameter trained in new[] { Scale, Shift })
        {
            if (!trained.Spec.IsTrainable)
                throw new ArgumentException($"{trained.Name} is declared as {trained.Spec.Role}: it must be trainable, which {nameof(ParameterRole.Scale)} and {nameof(ParameterRole.Shift)} are.", nameof(parameters));
        }

        Parameters = [Scale, Shift];
    }

    /// <summary>Scale of each channel (<c>weight</c>).</summary>
    public Parameter Scale { get; }

    /// <summary>Shift of each channel (<c>bias</c>).</summary>
    public Parameter Shift { get; }

    /// <summary>Mean over the training batches; not trained.</summary>
    public Parameter RunningMean { get; }

    /// <summary>Unbiased variance over the training batches; not trained.</summary>
    public Parameter RunningVariance { get; }

    /// <summary>Added to the variance before its square root.</summary>
    public float Epsilon { get; }

    /// <summary>Weight of a new batch in the running statistics.</summary>
    public float Momentum { get; }

    internal IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Throws where what is normalised has a different number of channels.</summary>
    internal void RequireChannels(int channels)
    {
        if (Scale.Length != channels)
            throw new ArgumentException($"{Scale.Name} has {Scale.Length} elements, and what it normalises {channels} channels: they must be equally many.");
    }

    BatchNormParameters Views => new(Scale.Value, Shift.Value, RunningMean.Value, RunningVariance.Value, Epsilon, Momentum);

    /// <summary>
    /// Whether neither scale nor shift is trained: then a training pass normalises by the running statistics, as inference does, and leaves them as
    /// they are.
    /// </summary>
    internal bool IsFrozen => !Scale.RequiresGradient && !Shift.RequiresGradient;

    internal void Infer(in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView y) =>
        pass.Op<IBatchNorm2dForwardInference>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, relu, y);

    /// <summary>Counts the writes to the numbers that inference reads.</summary>
    internal long Version => Scale.Version + Shift.Version + RunningMean.Version + RunningVariance.Version;

    /// <summary>What happens to the bias of the preceding convolution: one vector, normalised as a pixel is.</summary>
    internal void FoldBias(in Pass pass, DeviceView bias, DeviceView folded) => Fold(pass, bias, Views, folded);

    /// <summary>What happens to the weights of the preceding convolution, filters last: scaled as the deviations of a pixel are.</summary>
    internal void FoldWeights(in Pass pass, DeviceView w, DeviceView zeros, DeviceView folded) =>
        Fold(pass, w, Views with { Beta = zeros, RunningMean = zeros }, folded);

    internal void Forward(in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView y, DeviceView statistics, DeviceView residual = default)
    {
        if (IsFrozen)
        {
            if (y.IsNone) return;
            Infer(pass, shape, x, relu && residual.IsNone, y);
            long length = pass.Batch * shape.Length;
            if (!residual.IsNone) pass.Op<IAdd>().Run(pass.Stream, y.Slice(0, length), residual.Slice(0, length), y.Slice(0, length), relu);
            return;
        }

        var (mean, inverseDeviation) = Statistics(statistics, shape);
        pass.Op<IBatchNorm2dForwardTraining>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, relu, y, mean, inverseDeviation, residual, Synchronized(pass));
        RunningMean.MarkWritten();
    }

    internal void Forward<TActivation>(
        in Pass pass, in Shape shape, DeviceView x, TActivation activation, DeviceView y, DeviceView statistics)
        where TActivation : unmanaged, IActivation
    {
        if (IsFrozen)
        {
            if (y.IsNone) return;
            y = y.Slice(0, pass.Batch * shape.Length);
            Infer(pass, shape, x, relu: false, y);
            pass.Op<IActivationForward>().Run(pass.Stream, activation, y, y);
            return;
        }

        var (mean, inverseDeviation) = Statistics(statistics, shape);
        pass.Op<IBatchNorm2dForwardTraining>().Run(
            pass.Stream, Sizes(shape), pass.Batch, x, Views, activation, y, mean, inverseDeviation, Synchronized(pass));
        RunningMean.MarkWritten();
    }

    /// <summary>What a convolution does to <c>x</c> that reads the normalised values, which are not kept.</summary>
    internal NormalizedInput Input(in Shape shape, Rectifier rectifier, DeviceView statistics, DeviceView memory)
    {
        var (mean, deviation) = IsFrozen ? (RunningMean.Value, RunningVariance.Value) : Statistics(statistics, shape);
        return new NormalizedInput(Sizes(shape), Views, mean, deviation, IsRunning: IsFrozen, rectifier, memory);
    }

    internal void Backward(
        in Pass pass, in Shape shape, DeviceView x, bool relu, DeviceView statistics, DeviceView dy, DeviceView dx, bool accumulate,
        in ResidualGradient residual = default)
    {
        if (IsFrozen)
        {
            if (!dx.IsNone) pass.Op<IBatchNorm2dFrozenBackward>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, relu, dy, dx, accumulate, residual);
            return;
        }

        var (mean, inverseDeviation) = Statistics(statistics, shape);
        // Each by itself: one of them may be shared with a step that has written its gradient before.
        bool accumulateScale = Scale.BeginGradient(), accumulateShift = Shift.BeginGradient();
        pass.Op<IBatchNorm2dBackward>().Run(
            pass.Stream, Sizes(shape), pass.Batch, x, Views, mean, inverseDeviation, relu, dy, dx, Scale.Gradient, Shift.Gradient,
            accumulate, accumulateScale, accumulateShift, residual, Synchronized(pass));
    }

    /// <summary>After any activation: the gradient of its output, <paramref name="dy"/>, becomes that of the normalisation's input.</summary>
    internal void Backward<TActivation>(
        in Pass pass, in Shape shape, DeviceView x, TActivation activation, DeviceView statistics, DeviceView dy)
        where TActivation : unmanaged, IActivation
    {
        if (IsFrozen)
        {
            pass.Op<IBatchNorm2dFrozenBackward>().Run(pass.Stream, Sizes(shape), pass.Batch, x, Views, activation, dy, dy);
            return;
        }

        var (mean, inverseDeviation) = Statistics(statistics, shape);
        bool accumulateScale = Scale.BeginGradient(), accumulateShift = Shift.BeginGradient();
        pass.Op<IBatchNorm2dBackward>().Run(
            pass.Stream, Sizes(shape), pass.Batch, x, Views, mean, inverseDeviation, activation, dy, dy, Scale.Gradient, Shift.Gradient,
            accumulateScale, accumulateShift, Synchronized(pass));
    }

    void Fold(in Pass pass, DeviceView rows, in BatchNormParameters parameters, DeviceView folded)
    {
        int channels = (int)Scale.Length;
        var sizes = new BatchNormSizes((int)(rows.Length / channels), channels);
        pass.Op<IBatchNorm2dForwardInference>().Run(pass.Stream, sizes, 1, rows, parameters, relu: false, folded);
    }

    static RankPass? Synchronized(in Pass pass) => pass.Ranks is { SynchronizesStatistics: true } ranks ? ranks : null;

    static BatchNormSizes Sizes(in Shape shape) => new(shape.Pixels, shape.Channels);

    static (DeviceView Mean, DeviceView InverseDeviation) Statistics(DeviceView statistics, in Shape shape) =>
        (statistics.Slice(0, shape.Channels), statistics.Slice(SlotSize.RoundUp(shape.Channels), shape.Channels));
}
