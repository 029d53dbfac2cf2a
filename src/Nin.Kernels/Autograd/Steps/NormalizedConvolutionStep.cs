using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(norm(x * w + b))</c>: a convolution and the batch normalisation after it.</summary>
public sealed class NormalizedConvolutionStep : Step
{
    readonly BatchNormalization normalization;
    readonly FoldedConvolution folded;
    readonly bool relu;
    readonly NormalizedOutput? input;

    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="normalization">The normalisation of the filters.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <exception cref="ArgumentException">A parameter does not have as many elements as the sizes say.</exception>
    public NormalizedConvolutionStep(in Conv2dSizes sizes, Parameter weight, Parameter? bias, BatchNormalization normalization, bool relu)
        : this(
            new Convolution(sizes, weight, bias),
            new Shape(sizes.Channels, sizes.Height, sizes.Width),
            new Shape(sizes.Filters, sizes.OutHeight, sizes.OutWidth),
            normalization,
            relu)
    {
    }

    internal NormalizedConvolutionStep(Convolution convolution, Shape input, Shape output, BatchNormalization normalization, bool relu)
        : base(input, output, StepMemory.NormalizedConvolution(output.Length, output.Channels))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        foreach (var parameter in normalization.Parameters)
        {
            if (parameter.Length != output.Channels)
            {
                throw new ArgumentException(
                    $"The normalisation of {output.Channels} filters must have {output.Channels} elements in {parameter.Name}, and not {parameter.Length}.",
                    nameof(normalization));
            }
        }

        Convolution = convolution;
        (this.normalization, this.relu) = (normalization, relu);
        OutputFromSaved = new NormalizedOutput(normalization, output, RectifierOf(relu));
        folded = new FoldedConvolution(convolution, normalization);
        Parameters = [.. convolution.Parameters, .. normalization.Parameters];
    }

    NormalizedConvolutionStep(NormalizedConvolutionStep from, bool relu, NormalizedOutput? input)
        : base(from.Input, from.Output, from.Memory)
    {
        (Convolution, normalization, folded, Parameters) = (from.Convolution, from.normalization, from.folded, from.Parameters);
        (this.relu, this.input) = (relu, input);
        OutputFromSaved = new NormalizedOutput(normalization, Output, RectifierOf(relu));
    }

    internal Convolution Convolution { get; }

    internal override NormalizedOutput OutputFromSaved { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>This step and a ReLU as one, with the same parameters.</summary>
    public NormalizedConvolutionStep ThenRelu() => new(this, relu: true, input);

    /// <summary>
    /// This step, reading the output of the one before without its being kept: it computes it again from what that step saved, where that is handed over
    /// (<c>before</c>). Results keep their bits.
    /// </summary>
    /// <param name="before">A convolution and its normalisation, with a ReLU, a ReLU6 or nothing after it.</param>
    /// <exception cref="ArgumentException">It is another kind of step, or gives another shape than this one takes.</exception>
    public NormalizedConvolutionStep After(Step before) => new(this, relu, NormalizedOutput.Of(before, Input));

    /// <summary>This step and the activation after it as one, with the same parameters.</summary>
    /// <param name="next">An activation of this step's output.</param>
    /// <exception cref="ArgumentException">The activation takes another shape.</exception>
    /// <exception cref="InvalidOperationException">The step has a ReLU.</exception>
    public ActivatedNormalizedConvolutionStep<TActivation> Then<TActivation>(ActivationStep<TActivation> next)
        where TActivation : unmanaged, IActivation
    {
        ActivatedSteps.Require(Output, relu, next);
        return new ActivatedNormalizedConvolutionStep<TActivation>(Convolution, Input, Output, normalization, folded, next.Activation, input);
    }

    /// <summary>This step and the sum of its output with another value as one, with the same parameters.</summary>
    /// <exception cref="InvalidOperationException">The step has a ReLU.</exception>
    public ResidualStep ThenAdd() => relu
        ? throw new InvalidOperationException("A step with a ReLU cannot be joined with a sum: join it without, and call ThenRelu on the result.")
        : new ResidualStep(Convolution, Input, Output, normalization, folded, relu: false, input);

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => folded.Infer(pass, x, relu, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => ForwardCore(pass, x, y, saved, before: default);

    private protected override bool CanComputeInput => input is not null;

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved, Saved before)
    {
        Convolution.Forward(pass, NormalizedOutput.Read(input, pass, x, before), saved.PerExample);
        normalization.Forward(pass, Output, saved.PerExample, relu, y, saved.Fixed);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        normalization.Backward(pass, Output, o.Saved.PerExample, relu, o.Saved.Fixed, o.DY, o.DY, accumulate: false);
        Convolution.Backward(pass, NormalizedOutput.Read(input, pass, o.X, o.Before), o.DY, o.DX, o.Accumulate);
    }

    static Rectifier RectifierOf(bool relu) => relu ? Rectifier.Relu : Rectifier.None;
}

/// <summary>
/// A convolution and the batch normalisation after it, as inference runs it: with <c>s = gamma / sqrt(runningVariance + eps)</c> the weights are
/// <c>w s</c> and the bias <c>(b - runningMean) s + beta</c>, so that the normalisation costs no pass of its own. Folded once per version of both.
/// A training pass does not fold: below the first trained layer, too, it gives the bits of a convolution and a frozen normalisation after it.
/// </summary>
sealed class FoldedConvolution(Convolution convolution, BatchNormalization normalization)
{
    readonly Conv2dSizes sizes = convolution.Sizes;
    readonly Shape output = new(convolution.Sizes.Filters, convolution.Sizes.OutHeight, convolution.Sizes.OutWidth);
    readonly PrepackedWeights folded = convolution.Weight.CreatePrepacked(), packed = convolution.Weight.CreatePrepacked();

    // A vector of zeros, the folded bias, and the folded weights.
    long BiasAt => SlotSize.RoundUp(sizes.Filters);

    long WeightsAt => 2 * SlotSize.RoundUp(sizes.Filters);

    /// <summary><c>y = act(norm(x * w + b) + residual)</c> by running statistics.</summary>
    public void Infer(in Pass pass, DeviceView x, bool relu, DeviceView y, DeviceView residual = default)
    {
        if (pass.IsOfTraining)
        {
            convolution.Infer(pass, x, relu: false, y);
            normalization.Forward(pass, output, y, relu, y, statistics: default, residual);
            return;
        }

        var (weights, bias) = Fold(pass);
        convolution.Run(pass, x, weights, bias, relu, y, residual);
    }

    /// <summary>The same with any activation.</summary>
    public void Infer<TActivation>(in Pass pass, DeviceView x, TActivation activation, DeviceView y)
        where TActivation : unmanaged, IActivation
    {
        if (pass.IsOfTraining)
        {
            convolution.Infer(pass, x, relu: false, y);
            normalization.Forward(pass, output, y, activation, y, statistics: default);
            return;
        }

        var (weights, bias) = Fold(pass);
        convolution.Run(pass, x, weights, bias, activation, sums: default, y);
    }

    (Weights Weights, DeviceView Bias) Fold(in Pass pass)
    {
        // All counts only grow, so their sum names them together.
        long version = convolution.Weight.Version + (convolution.Bias?.Version ?? 0) + normalization.Version;
        var weights = new Weights(convolution.Weight.Value, version);
        var all = folded.Get(pass.Stream, new PackingKey(typeof(FoldedConvolution)), weights, WeightsAt + sizes.WeightLength, (this, pass), Fold);
        return (new Weights(all.Slice(WeightsAt, sizes.WeightLength), version, packed), all.Slice(BiasAt, sizes.Filters));
    }

    static void Fold(DeviceView w, DeviceView copy, in (FoldedConvolution Convolution, Pass Pass) state) =>
        state.Convolution.Fold(state.Pass, w, copy);

    void Fold(in Pass pass, DeviceView w, DeviceView copy)
    {
        var zeros = copy.Slice(0, sizes.Filters);
        pass.Op<IFill>().Run(pass.Stream, 0, zeros);
        normalization.FoldBias(pass, convolution.Bias?.Value ?? zeros, copy.Slice(BiasAt, sizes.Filters));
        normalization.FoldWeights(pass, w, zeros, copy.Slice(WeightsAt, sizes.WeightLength));
    }
}
