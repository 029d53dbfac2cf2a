using System.ComponentModel;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// <c>y = act(norm(x * w + b) + residual)</c>: a convolution, its batch normalisation and the sum with another value, as in residual networks
/// (He et al. 2016).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class ResidualStep
{
    readonly Convolution convolution;
    readonly BatchNormalization normalization;
    readonly FoldedConvolution folded;
    readonly NormalizedOutput? read;

    internal ResidualStep(
        Convolution convolution, Shape input, Shape output, BatchNormalization normalization, FoldedConvolution folded, bool relu, NormalizedOutput? read)
    {
        (this.convolution, this.normalization, this.folded, this.read) = (convolution, normalization, folded, read);
        (Input, Output, HasRelu) = (input, output, relu);
        Memory = StepMemory.ResidualConvolution(output.Length, output.Channels, relu);
        Parameters = [.. convolution.Parameters, .. normalization.Parameters];
    }

    /// <summary>Shape of one example that the convolution reads.</summary>
    public Shape Input { get; }

    /// <summary>Shape of one example that comes out, and of the residual.</summary>
    public Shape Output { get; }

    /// <summary>Whether negative results become zero.</summary>
    public bool HasRelu { get; }

    /// <summary>What the gradient reads.</summary>
    public StepMemory Memory { get; }

    /// <summary>The parameters whose gradients <see cref="Backward"/> writes.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>This step and a ReLU as one, with the same parameters.</summary>
    public ResidualStep ThenRelu() => new(convolution, Input, Output, normalization, folded, relu: true, read);

    /// <inheritdoc cref="NormalizedConvolutionStep.After"/>
    public ResidualStep After(Step before) => new(convolution, Input, Output, normalization, folded, HasRelu, NormalizedOutput.Of(before, Input));

    /// <summary>Inference, by running statistics.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="x">What the convolution reads.</param>
    /// <param name="residual">What is added.</param>
    /// <param name="y">Overwritten; not the memory of any other argument.</param>
    /// <exception cref="ArgumentException">A view is too short.</exception>
    public void Infer(in Pass pass, DeviceView x, DeviceView residual, DeviceView y)
    {
        Require(pass, x, residual, y);
        folded.Infer(pass, x, HasRelu, y, residual);
        KeepAlive(pass, x, residual, y, default);
    }

    /// <summary>Training: writes <paramref name="y"/> and what the gradient needs.</summary>
    /// <inheritdoc cref="Infer"/>
    /// <inheritdoc cref="Step.Forward" path="/param[@name='saved' or @name='before']"/>
    public void Forward(in Pass pass, DeviceView x, DeviceView residual, DeviceView y, Saved saved, Saved before = default)
    {
        Require(pass, x, residual, y);
        Step.Require(Memory, pass, saved);
        convolution.Forward(pass, NormalizedOutput.Read(read, pass, x, before), saved.PerExample);
        normalization.Forward(pass, Output, saved.PerExample, HasRelu, y, saved.Fixed, residual);
        pass.Ranks?.Group.Progressed();
        KeepAlive(pass, x, residual, y, saved);
        before.KeepAlive();
    }

    /// <summary>The gradients of both inputs and of the parameters; that of the residual is complete before that of the input is begun.</summary>
    /// <param name="pass">The same as of the forward pass.</param>
    /// <param name="dy">Gradient of the output; its content may be lost.</param>
    /// <param name="dx">Gradient of the input; none where it is not needed.</param>
    /// <param name="dResidual">Gradient of the residual; none where it is not needed. It may be <paramref name="dy"/> where nothing is added.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output; may be none where there is no ReLU, or where <paramref name="dy"/> is masked already.</param>
    /// <param name="saved">As the forward pass left it; its content is lost.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    /// <param name="accumulateResidual">Adds to <paramref name="dResidual"/> instead of overwriting it.</param>
    /// <param name="before">As in the forward pass.</param>
    /// <exception cref="ArgumentException">A view is too short.</exception>
    public void Backward(
        in Pass pass, DeviceView dy, DeviceView dx, DeviceView dResidual, DeviceView x, DeviceView y = default, Saved saved = default,
        bool accumulate = false, bool accumulateResidual = false, Saved before = default)
    {
        Step.Require(dy, Output, pass.Batch, nameof(dy));
        Step.Require(x, Input, pass.Batch, nameof(x));
        if (!dx.IsNone) Step.Require(dx, Input, pass.Batch, nameof(dx));
        if (!dResidual.IsNone) Step.Require(dResidual, Output, pass.Batch, nameof(dResidual));
        if (!y.IsNone) Step.Require(y, Output, pass.Batch, nameof(y));
        Step.Require(Memory, pass, saved);

        // Each element of the convolution's output is read before its gradient takes its place, so dy is kept for the residual.
        var residual = new ResidualGradient(HasRelu ? y : default, dResidual, accumulateResidual);
        normalization.Backward(
            pass, Output, saved.PerExample, relu: false, saved.Fixed, dy, saved.PerExample, accumulate: false, residual);
        convolution.Backward(pass, NormalizedOutput.Read(read, pass, x, before), saved.PerExample, dx, accumulate);
        pass.Ranks?.WentBackward(Parameters, pass.Stream);
        KeepAlive(pass, x, dResidual, y, saved);
        before.KeepAlive();
        dy.KeepAlive();
        dx.KeepAlive();
    }

    void Require(in Pass pass, DeviceView x, DeviceView residual, DeviceView y)
    {
        Step.Require(x, Input, pass.Batch, nameof(x));
        Step.Require(residual, Output, pass.Batch, nameof(residual));
        Step.Require(y, Output, pass.Batch, nameof(y));
    }

    // What ops read through pointers is held until they have run or are queued.
    void KeepAlive(in Pass pass, DeviceView x, DeviceView residual, DeviceView y, Saved saved)
    {
        x.KeepAlive();
        residual.KeepAlive();
        y.KeepAlive();
        saved.KeepAlive();
        GC.KeepAlive(pass.Stream);
        GC.KeepAlive(this);
    }
}
