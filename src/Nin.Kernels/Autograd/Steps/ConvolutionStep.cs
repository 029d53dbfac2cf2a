using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(x * w + b)</c>: a convolution, or a linear layer as one over a single pixel.</summary>
public sealed class ConvolutionStep : Step
{
    readonly Convolution convolution;

    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="output">Shape that comes out: filters x rows x columns, or the filters alone for a linear layer.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <exception cref="ArgumentException">The shape is not the convolution's, or a parameter has the wrong number of elements.</exception>
    public ConvolutionStep(in Conv2dSizes sizes, Shape output, Parameter weight, Parameter? bias, bool relu)
        : this(new Convolution(sizes, weight, bias), InputOf(sizes, output), output, relu)
    {
    }

    ConvolutionStep(Convolution convolution, Shape input, Shape output, bool relu)
        : base(input, output, StepMemory.Convolution(relu))
    {
        this.convolution = convolution;
        HasRelu = relu;
    }

    /// <summary>Sizes of one example.</summary>
    public Conv2dSizes Sizes => convolution.Sizes;

    /// <summary>Whether negative results become zero.</summary>
    public bool HasRelu { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => convolution.Parameters;

    /// <summary>This step and a ReLU as one, with the same parameters.</summary>
    public ConvolutionStep ThenRelu() => new(convolution, Input, Output, relu: true);

    /// <summary>This step and the normalisation after it as one, with the parameters of both.</summary>
    /// <param name="next">A normalisation of this step's output, without a ReLU.</param>
    /// <exception cref="ArgumentException">The normalisation takes another shape.</exception>
    /// <exception cref="InvalidOperationException">One of the steps has a ReLU.</exception>
    public NormalizedConvolutionStep Then(BatchNormStep next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Input != Output)
            throw new ArgumentException($"The normalisation takes {next.Input}, and the convolution gives {Output}: both must agree.", nameof(next));
        if (HasRelu || next.HasRelu)
            throw new InvalidOperationException("Steps with a ReLU cannot be joined: join them without it, and call ThenRelu on the result.");
        return new NormalizedConvolutionStep(convolution, Input, Output, next.Normalization, relu: false);
    }

    /// <summary>This step and the activation after it as one, with the same parameters.</summary>
    /// <param name="next">An activation of this step's output.</param>
    /// <exception cref="ArgumentException">The activation takes another shape.</exception>
    /// <exception cref="InvalidOperationException">The step has a ReLU.</exception>
    public ActivatedConvolutionStep<TActivation> Then<TActivation>(ActivationStep<TActivation> next)
        where TActivation : unmanaged, IActivation
    {
        ActivatedSteps.Require(Output, HasRelu, next);
        return new ActivatedConvolutionStep<TActivation>(convolution, Input, Output, next.Activation);
    }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => convolution.Infer(pass, x, HasRelu, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => convolution.Forward(pass, x, HasRelu, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        // The output's gradient is not used afterwards, so the mask of the ReLU may overwrite it.
        if (HasRelu && !o.Y.IsNone) Mask(pass, o.Y, o.DY);
        convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }

    void Mask(in Pass pass, DeviceView y, DeviceView dy)
    {
        long length = pass.Batch * Output.Length;
        pass.Op<IActivationBackward>().Run(pass.Stream, default(Relu), y.Slice(0, length), dy.Slice(0, length), dy.Slice(0, length), accumulate: false);
    }

    static Shape InputOf(in Conv2dSizes sizes, Shape output)
    {
        Convolution.RequireMade(sizes);
        Shape full = new(sizes.Filters, sizes.OutHeight, sizes.OutWidth);
        bool isLinear = sizes.IsPointwise && sizes.Height == 1 && sizes.Width == 1;
        if (output == full) return new Shape(sizes.Channels, sizes.Height, sizes.Width);
        if (isLinear && output == Shape.Flat(sizes.Filters)) return Shape.Flat(sizes.Channels);
        throw new ArgumentException(
            $"The output of this convolution must be {full}{(isLinear ? $" or {sizes.Filters} features" : "")}, and not {output}.", nameof(output));
    }
}

/// <summary>A convolution with its parameters.</summary>
sealed class Convolution
{
    /// <exception cref="ArgumentException">A parameter does not have as many elements as the sizes say.</exception>
    public Convolution(in Conv2dSizes sizes, Parameter weight, Parameter? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        RequireMade(sizes);
        RequireLength(weight, sizes.WeightLength, "The weights", sizes, nameof(weight));
        if (bias is not null) RequireLength(bias, sizes.Filters, "The bias", sizes, nameof(bias));
        (Sizes, Weight, Bias) = (sizes, weight, bias);
        Parameters = bias is null ? [weight] : [weight, bias];
    }

    public Conv2dSizes Sizes { get; }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <exception cref="ArgumentException">The sizes are a default value, which no constructor has checked.</exception>
    public static void RequireMade(in Conv2dSizes sizes)
    {
        if (sizes.Groups == 0) throw new ArgumentException("The sizes of a convolution must be made by a constructor of Conv2dSizes.", nameof(sizes));
    }

    public void Infer(in Pass pass, DeviceView x, bool relu, DeviceView y) => Run(pass, x, Weight.Weights, BiasOrNone, relu, y);

    public void Forward(in Pass pass, DeviceView x, bool relu, DeviceView y) => Run(pass, x, Weight.WeightsOnce, BiasOrNone, relu, y);

    /// <summary>With an input that may be normalised first.</summary>
    public void Forward(in Pass pass, in ConvolutionInput x, DeviceView y) =>
        pass.Op<IConv2dForward>().Run(
            pass.Stream, Sizes, pass.Batch, x.Values, Weight.WeightsOnce, BiasOrNone, relu: false, y, residual: default, x.Normalization);

    /// <summary>With any activation; <paramref name="sums"/> is what it is applied to, or none.</summary>
    public void Forward<TActivation>(in Pass pass, DeviceView x, TActivation activation, DeviceView sums, DeviceView y)
        where TActivation : unmanaged, IActivation =>
        Run(pass, x, Weight.WeightsOnce, BiasOrNone, activation, sums, y);

    /// <summary>With any activation.</summary>
    public void Infer<TActivation>(in Pass pass, DeviceView x, TActivation activation, DeviceView y)
        where TActivation : unmanaged, IActivation =>
        Run(pass, x, Weight.Weights, BiasOrNone, activation, sums: default, y);

    public void Backward(in Pass pass, in ConvolutionInput x, DeviceView dy, DeviceView dx, bool accumulate)
    {
        if (Bias is { RequiresGradient: true } bias)
        {
            bool add = BeginGradients(pass, [Weight, bias]);
            pass.Op<IConv2dBackwardWeights>().Run(
                pass.Stream, Sizes, pass.Batch, x.Values, dy, Weight.Gradient, bias.Gradient, add, x.Normalization);
        }
        else if (Weight.RequiresGradient)
        {
            pass.Op<IConv2dBackwardWeights>().Run(
                pass.Stream, Sizes, pass.Batch, x.Values, dy, Weight.Gradient, default, Weight.BeginGradient(), x.Normalization);
        }

        if (!dx.IsNone) pass.Op<IConv2dBackwardData>().Run(pass.Stream, Sizes, pass.Batch, dy, Weight.WeightsOnce, dx, accumulate);
    }

    /// <summary>With other weights and another bias (or none) of the same sizes.</summary>
    public void Run(in Pass pass, DeviceView x, in Weights w, DeviceView b, bool relu, DeviceView y, DeviceView residual = default) =>
        pass.Op<IConv2dForward>().Run(pass.Stream, Sizes, pass.Batch, x, w, b, relu, y, residual);

    /// <summary>With other weights and another bias (or none) of the same sizes, and any activation.</summary>
    public void Run<TActivation>(in Pass pass, DeviceView x, in Weights w, DeviceView b, TActivation activation, DeviceView sums, DeviceView y)
        where TActivation : unmanaged, IActivation =>
        pass.Op<IConv2dForward>().Run(pass.Stream, Sizes, pass.Batch, x, w, b, activation, sums, y);

    /// <summary>
    /// Begins the gradients that one op writes together; true where it must add. They were all begun before or all not, unless one is shared
    /// with another layer: then those that were not are zeroed, since an op adds to all or overwrites all.
    /// </summary>
    public static bool BeginGradients(in Pass pass, ReadOnlySpan<Parameter> parameters)
    {
        uint begun = 0, all = (1u << parameters.Length) - 1;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].BeginGradient()) begun |= 1u << i;
        }

        for (int i = 0; begun != 0 && begun != all && i < parameters.Length; i++)
        {
            if ((begun >> i & 1) == 0) pass.Op<IFill>().Run(pass.Stream, 0, parameters[i].Gradient);
        }

        return begun != 0;
    }

    DeviceView BiasOrNone => Bias?.Value ?? default;

    static void RequireLength(Parameter parameter, long length, string what, in Conv2dSizes sizes, string name)
    {
        if (parameter.Length != length)
        {
            throw new ArgumentException(
                $"{what} of a convolution of {sizes.Channels} channels and {sizes.Filters} filters with {sizes.Window.Rows.Kernel}x" +
                $"{sizes.Window.Columns.Kernel} taps and {sizes.Groups} groups must have {length} elements; {parameter.Name} has {parameter.Length}.",
                name);
        }
    }
}
