using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The perceptron of a NiN block over each pixel: two 1x1 convolutions with a ReLU between them, as one op.</summary>
public sealed class PointwiseMlpStep : Step
{
    readonly PointwiseMlpSizes sizes;
    readonly Parameter weight1;
    readonly Parameter bias1;
    readonly Parameter weight2;
    readonly Parameter bias2;
    readonly bool lastRelu;

    /// <param name="input">Shape of one example.</param>
    /// <param name="hidden">Channels between the two.</param>
    /// <param name="filters">Channels that come out.</param>
    /// <param name="parameters">Weight and bias of the first, weight and bias of the second.</param>
    /// <param name="lastRelu">Whether the second has a ReLU, too.</param>
    public PointwiseMlpStep(
        Shape input, int hidden, int filters, (Parameter Weight1, Parameter Bias1, Parameter Weight2, Parameter Bias2) parameters, bool lastRelu)
        : base(input, new Shape(filters, input.Height, input.Width), StepMemory.PointwiseMlp(input.Pixels, hidden, lastRelu))
    {
        sizes = new PointwiseMlpSizes(input.Pixels, input.Channels, hidden, filters);
        (weight1, bias1, weight2, bias2) = parameters;
        this.lastRelu = lastRelu;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [weight1, bias1, weight2, bias2];

    PointwiseMlpWeights Weights => new(weight1.Weights, bias1.Value, weight2.Weights, bias2.Value);

    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IPointwiseMlpForward>().Run(pass.Stream, sizes, pass.Batch, x, Weights, lastRelu, h: default, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        pass.Op<IPointwiseMlpForward>().Run(pass.Stream, sizes, pass.Batch, x, Weights, lastRelu, saved.PerExample, y);

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        bool accumulate = weight1.BeginGradient();
        bias1.BeginGradient();
        weight2.BeginGradient();
        bias2.BeginGradient();
        var gradients = new PointwiseMlpGradients(weight1.Gradient, bias1.Gradient, weight2.Gradient, bias2.Gradient);
        pass.Op<IPointwiseMlpBackward>().Run(
            pass.Stream, sizes, pass.Batch, o.X, o.Saved.PerExample, o.Y, lastRelu, Weights, o.DY, o.DX, gradients, o.Accumulate, accumulate);
    }
}
