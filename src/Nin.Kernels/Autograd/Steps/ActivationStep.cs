using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// An activation on its own, the library's or a user's. The output may overwrite the input, in training where the gradient reads the output
/// (<see cref="ISavesOutput"/>).
/// </summary>
/// <typeparam name="TActivation">The formula.</typeparam>
/// <param name="shape">Shape of one example, in and out.</param>
/// <param name="activation">The formula's own numbers, such as a slope.</param>
public sealed class ActivationStep<TActivation>(Shape shape, TActivation activation = default)
    : Step(shape, shape, StepMemory.Activation(TActivation.SavesOutput)), IActivationStep
    where TActivation : unmanaged, IActivation
{
    /// <summary>The formula, with its own numbers.</summary>
    public TActivation Activation => activation;

    Step? IActivationStep.FusedAfter(Step before) => (before, typeof(TActivation) == typeof(Relu)) switch
    {
        (ConvolutionStep convolution, true) => convolution.ThenRelu(),
        (ConvolutionStep convolution, false) => convolution.Then(this),
        (NormalizedConvolutionStep normalized, true) => normalized.ThenRelu(),
        (NormalizedConvolutionStep normalized, false) => normalized.Then(this),
        (BatchNormStep normalization, true) => normalization.ThenRelu(),
        _ => null,
    };

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IActivationForward>().Run(pass.Stream, activation, x.Slice(0, pass.Batch * Input.Length), y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        long length = pass.Batch * Input.Length;
        var saved = TActivation.SavesOutput ? o.Y : o.X;
        pass.Op<IActivationBackward>().Run(
            pass.Stream, activation, saved.Slice(0, length), o.DY.Slice(0, length), o.DX.Slice(0, length), o.Accumulate);
    }
}

/// <summary>An activation whose formula is not known by its type.</summary>
interface IActivationStep
{
    /// <summary>The step that computes one before it and the activation, or null where there is none.</summary>
    Step? FusedAfter(Step before);
}
