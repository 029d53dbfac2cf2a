using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(norm(x))</c>: batch normalisation on its own.</summary>
public sealed class BatchNormStep : Step
{
    readonly bool relu;

    /// <param name="shape">Shape of one example, in and out.</param>
    /// <param name="normalization">Parameters and running statistics.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public BatchNormStep(Shape shape, BatchNormalization normalization, bool relu)
        : base(shape, shape, StepMemory.BatchNorm(shape.Channels))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        Normalization = normalization;
        this.relu = relu;
    }

    /// <summary>Parameters and running statistics.</summary>
    public BatchNormalization Normalization { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => Normalization.Parameters;

    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => Normalization.Infer(pass, Input, x, relu, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        Normalization.Forward(pass, Input, x, relu, y, saved.Fixed);

    private protected override void BackwardCore(in Pass pass, in Operands o) =>
        Normalization.Backward(pass, Input, o.X, relu, o.Saved.Fixed, o.DY, o.DX, o.Accumulate);
}
