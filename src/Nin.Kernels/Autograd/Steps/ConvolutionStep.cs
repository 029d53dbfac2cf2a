using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(x * w + b)</c>, also as 1x1 convolution or linear layer, which are plain matrix products.</summary>
public sealed class ConvolutionStep : Step
{
    readonly Convolution convolution;

    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="output">Shape that comes out: flat for a linear layer.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public ConvolutionStep(in Conv2dSizes sizes, Shape output, Parameter weight, Parameter? bias, bool relu)
        : base(InputOf(sizes, output), output, StepMemory.Convolution(relu))
    {
        convolution = new Convolution(sizes, weight, bias);
        Sizes = sizes;
        HasRelu = relu;
    }

    /// <summary>Sizes of one example.</summary>
    public Conv2dSizes Sizes { get; }

    /// <summary>Whether negative results become zero.</summary>
    public bool HasRelu { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => convolution.Parameters;

    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => convolution.Infer(pass, x, HasRelu, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => convolution.Forward(pass, x, HasRelu, y);

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        // The output's gradient is dead afterwards, so that the mask of the ReLU may overwrite it.
        if (HasRelu && !o.Y.IsNone) Mask(pass, o.Y, o.DY);
        convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }

    void Mask(in Pass pass, DeviceView y, DeviceView dy)
    {
        long length = pass.Batch * Output.Length;
        pass.Op<IReluBackward>().Run(pass.Stream, 0, y.Slice(0, length), dy.Slice(0, length), dy.Slice(0, length), accumulate: false);
    }

    static Shape InputOf(in Conv2dSizes sizes, Shape output) =>
        output.IsFlat ? Shape.Flat(sizes.Channels) : new Shape(sizes.Channels, sizes.Height, sizes.Width);
}
