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
        ActivatedSteps.Backward(pass, activation, TActivation.SavesOutput ? o.Y : o.Saved.PerExample, o.DY, Output);
        convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }
}

/// <summary><c>y = act(norm(x * w + b))</c>, for any activation: in inference a folded convolution, in training the normalisation's last pass applies the formula.</summary>
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

    internal ActivatedNormalizedConvolutionStep(
        Convolution convolution, Shape input, Shape output, BatchNormalization normalization, FoldedConvolution folded, TActivation activation)
        : base(input, output, StepMemory.ActivatedNormalizedConvolution(TActivation.SavesOutput, output.Length, output.Channels))
    {
        (this.convolution, this.normalization, this.folded, this.activation) = (convolution, normalization, folded, activation);
        Parameters = [.. convolution.Parameters, .. normalization.Parameters];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters { get; }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => folded.Infer(pass, x, activation, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        DeviceView sums = Sums(pass, saved);
        convolution.Forward(pass, x, relu: false, sums);
        normalization.Forward(pass, Output, sums, activation, Normalized(pass, saved), y, saved.Fixed);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        ActivatedSteps.Backward(pass, activation, TActivation.SavesOutput ? o.Y : Normalized(pass, o.Saved), o.DY, Output);
        normalization.Backward(pass, Output, Sums(pass, o.Saved), relu: false, o.Saved.Fixed, o.DY, o.DY, accumulate: false);
        convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }

    // saved: [batch, output] of the convolution, then, where the gradient does not read the output, [batch, output] of the normalisation.
    DeviceView Sums(in Pass pass, Saved saved) => saved.PerExample.Slice(0, pass.Batch * Output.Length);

    DeviceView Normalized(in Pass pass, Saved saved)
    {
        long length = pass.Batch * Output.Length;
        return TActivation.SavesOutput ? default : saved.PerExample.Slice(length, length);
    }
}

/// <summary>What steps that end in an activation share.</summary>
static class ActivatedSteps
{
    /// <summary>The gradient of what the formula was applied to, over that of its value, which is not used afterwards.</summary>
    public static void Backward<TActivation>(in Pass pass, TActivation activation, DeviceView saved, DeviceView dy, in Shape output)
        where TActivation : unmanaged, IActivation
    {
        long length = pass.Batch * output.Length;
        dy = dy.Slice(0, length);
        pass.Op<IActivationBackward>().Run(pass.Stream, activation, saved.Slice(0, length), dy, dy, accumulate: false);
    }

    /// <summary>Throws where an activation does not follow a step.</summary>
    public static void Require(Shape output, bool hasRelu, Step next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Input != output)
            throw new ArgumentException($"The activation takes {next.Input}, and the step before gives {output}: both must agree.", nameof(next));
        if (hasRelu) throw new InvalidOperationException("A step with a ReLU cannot be joined with another activation: join it without.");
    }
}
