using System.ComponentModel;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(x * w + b)</c>, for any activation: a convolution or a linear layer whose results the formula is applied to as they are stored.</summary>
/// <remarks>Made by <see cref="ConvolutionStep.Then{TActivation}"/>. A ReLU has a step of its own, which needs no second look at the results.</remarks>
/// <typeparam name="TActivation">The formula.</typeparam>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class ActivatedConvolutionStep<TActivation> : Step
    where TActivation : unmanaged, IActivation
{
    readonly Convolution convolution;
    readonly TActivation activation;

    internal ActivatedConvolutionStep(Convolution convolution, Shape input, Shape output, TActivation activation)
        : base(input, output, StepMemory.ActivatedConvolution(TActivation.SavesOutput, output.Length)) =>
        (this.convolution, this.activation) = (convolution, activation);

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => convolution.Parameters;

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => convolution.Infer(pass, x, activation, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        convolution.Forward(pass, x, activation, saved.PerExample, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        // The gradient of the value is not used afterwards.
        long length = pass.Batch * Output.Length;
        DeviceView dy = o.DY.Slice(0, length), read = TActivation.SavesOutput ? o.Y : o.Saved.PerExample;
        pass.Op<IActivationBackward>().Run(pass.Stream, activation, read.Slice(0, length), dy, dy, accumulate: false);
        convolution.Backward(pass, o.X, dy, o.DX, o.Accumulate);
    }
}

/// <summary>
/// <c>y = act(norm(x * w + b))</c>, for any activation: in inference a folded convolution; in training the normalisation's last pass applies the formula,
/// and its gradient's passes apply the derivative, for which nothing more is kept than without an activation.
/// </summary>
/// <remarks>Made by <see cref="NormalizedConvolutionStep.Then{TActivation}"/>.</remarks>
/// <typeparam name="TActivation">The formula.</typeparam>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class ActivatedNormalizedConvolutionStep<TActivation> : Step
    where TActivation : unmanaged, IActivation
{
    readonly Convolution convolution;
    readonly BatchNormalization normalization;
    readonly FoldedConvolution folded;
    readonly TActivation activation;
    readonly NormalizedOutput? input;

    internal ActivatedNormalizedConvolutionStep(
        Convolution convolution, Shape input, Shape output, BatchNormalization normalization, FoldedConvolution folded, TActivation activation,
        NormalizedOutput? read)
        : base(input, output, StepMemory.NormalizedConvolution(output.Length, output.Channels))
    {
        (this.convolution, this.normalization, this.folded, this.activation) = (convolution, normalization, folded, activation);
        this.input = read;
        OutputFromSaved = typeof(TActivation) == typeof(Relu6) ? new NormalizedOutput(normalization, output, Rectifier.Relu6) : null;
        Parameters = [.. convolution.Parameters, .. normalization.Parameters];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters { get; }

    internal override NormalizedOutput? OutputFromSaved { get; }

    /// <inheritdoc cref="NormalizedConvolutionStep.After"/>
    public ActivatedNormalizedConvolutionStep<TActivation> After(Step before) =>
        new(convolution, Input, Output, normalization, folded, activation, NormalizedOutput.Of(before, Input));

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => folded.Infer(pass, x, activation, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => ForwardCore(pass, x, y, saved, before: default);

    private protected override bool CanComputeInput => input is not null;

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved, Saved before)
    {
        convolution.Forward(pass, NormalizedOutput.Read(input, pass, x, before), saved.PerExample);
        normalization.Forward(pass, Output, saved.PerExample, activation, y, saved.Fixed);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        normalization.Backward(pass, Output, o.Saved.PerExample, activation, o.Saved.Fixed, o.DY);
        convolution.Backward(pass, NormalizedOutput.Read(input, pass, o.X, o.Before), o.DY, o.DX, o.Accumulate);
    }
}

/// <summary>What steps that end in an activation share.</summary>
static class ActivatedSteps
{
    /// <summary>Throws where an activation does not follow a step.</summary>
    public static void Require(Shape output, bool hasRelu, Step next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Input != output)
            throw new ArgumentException($"The activation takes {next.Input}, and the step before gives {output}: both must agree.", nameof(next));
        if (hasRelu) throw new InvalidOperationException("A step with a ReLU cannot be joined with another activation: join it without.");
    }
}
