using System.ComponentModel;
using Nin.Ops;

namespace Nin.Layers;

/// <summary>
/// A layer of a network with the shapes of one example as types: wiring two that do not fit is a C# compiler error. The members here
/// run it on its own; the network's own forward pass composes the same steps.
/// </summary>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
public abstract class Layer<TIn, TOut> : ITapeLayer
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    private protected Layer(string name, Device device, params IReadOnlyList<Step> steps)
    {
        Name = name;
        Device = device;
        Steps = steps;
    }

    /// <summary>Its name in the network.</summary>
    public string Name { get; }

    /// <summary>What it computes, in order.</summary>
    internal IReadOnlyList<Step> Steps { get; private protected set; }

    internal Device Device { get; }

    /// <summary>Runs it on a tape, for training.</summary>
    public Traced<TOut> Forward(Traced<TIn> x)
    {
        var value = x.Untyped;
        foreach (var step in Steps) value = value.Tape.Apply(step, value);
        return value.As<TOut>();
    }

    /// <summary>Runs it on a tape, over a value whose shape is known at run time only.</summary>
    /// <exception cref="ArgumentException">The value has another shape than the layer takes.</exception>
    public Traced<TOut> ForwardUntyped(Traced x)
    {
        if (x.Value.Shape != TIn.Shape) throw new ArgumentException($"{Name} takes {TIn.Shape}, not {x.Value.Shape}.", nameof(x));
        return Forward(x.As<TIn>());
    }

    /// <inheritdoc/>
    Traced ITapeLayer.Record(Traced[] inputs) => ForwardUntyped(inputs[0]);

    /// <inheritdoc/>
    (Tensor Value, IDisposable Owner) ITapeLayer.Infer(Tensor[] inputs)
    {
        var output = Forward(inputs[0].As<TIn>());
        return (output.Tensor, output);
    }

    /// <summary>Runs it for inference, into memory that the caller owns.</summary>
    public TensorBuffer<TOut> Forward(Tensor<TIn> x)
    {
        // The parameters of a layer are all of one set.
        var set = Steps.SelectMany(s => s.Parameters).FirstOrDefault()?.Set;
        using var reading = set is null ? default : set.Read();
        using var stream = Device.CreateStream();
        var pass = new Pass(stream, x.Batch);
        var output = new TensorBuffer<TOut>(Device, x.Batch);
        DeviceBuffer? input = null;
        var from = x.Untyped.View;
        stream.Reads(from);
        for (int i = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            var target = i == Steps.Count - 1 ? null : Device.Allocate(x.Batch * step.Output.Length);
            foreach (var parameter in step.Parameters) parameter.Set.ReadBy(stream);
            step.Infer(pass, from, target?.View ?? output.Tensor.Untyped.View);
            stream.Synchronize();
            input?.Dispose();
            input = target;
            from = target?.View ?? default;
        }

        return output;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {TIn.Shape} -> {TOut.Shape}";
}

/// <summary>A layer that is one step: also one of your own, whose class derives from this.</summary>
/// <remarks>
/// The two shapes of the base class are the layer's shape rule, which both the C# compiler and the source generator read:
/// <c>class Lrn&lt;TShape&gt; : StepLayer&lt;TShape, TShape, LrnStep&gt;</c> keeps the shape,
/// <c>class Squeeze&lt;C, H, W&gt; : StepLayer&lt;Chw&lt;C, H, W&gt;, Chw&lt;C, D1, D1&gt;, SqueezeStep&gt;</c> gives one pixel.
/// </remarks>
/// <typeparam name="TIn">Shape that goes in.</typeparam>
/// <typeparam name="TOut">Shape that comes out.</typeparam>
/// <typeparam name="TStep">Type of the step.</typeparam>
public abstract class StepLayer<TIn, TOut, TStep> : Layer<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
    where TStep : Step
{
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Its name in the network.</param>
    /// <param name="step">What it computes.</param>
    /// <exception cref="ArgumentException">The step takes or gives another shape, or keeps other memory, than the layer's types say.</exception>
    protected StepLayer(Device device, string name, TStep step)
        : base(name, device, Checked(name, step)) => Step = step;

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TStep Step { get; }

    static TStep Checked(string name, TStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if ((step.Input, step.Output) != (TIn.Shape, TOut.Shape))
        {
            throw new ArgumentException(
                $"The step of layer '{name}' takes {step.Input} to {step.Output}, the layer's types are {TIn.Shape} to {TOut.Shape}: both must agree.",
                nameof(step));
        }

        // A declaration's memory plan is made of the layer's type, while the program compiles.
        if (!StepMemoryAttribute.OfStep(step.GetType()).Equals(StepMemoryAttribute.OfStep(typeof(TStep))))
        {
            throw new ArgumentException(
                $"The step of layer '{name}' is a {step.GetType().Name}, whose [StepMemory] differs from that of {typeof(TStep).Name} in the layer's type: " +
                "name the step's own class there.",
                nameof(step));
        }

        return step;
    }
}

/// <summary>A layer of weights and a bias: a convolution, a 1x1 one, or a linear layer.</summary>
/// <inheritdoc cref="Layer{TIn, TOut}"/>
public abstract class ConvolutionLayer<TIn, TOut> : StepLayer<TIn, TOut, ConvolutionStep>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    private protected ConvolutionLayer(ParameterSet parameters, string name, in Conv2dSizes sizes, bool relu)
        : base(parameters.Device, name, new ConvolutionStep(
            sizes, TOut.Shape, parameters[$"{name}.weight"], parameters.TryGet($"{name}.bias", out var bias) ? bias : null, relu))
    {
    }

    /// <summary><c>[out, in / groups, kernel, kernel]</c>, or <c>[out, in]</c> of a linear layer.</summary>
    public Parameter Weight => Step.Parameters[0];

    /// <summary><c>[out]</c>, or null.</summary>
    public Parameter? Bias => Step.Parameters.Count > 1 ? Step.Parameters[1] : null;
}

/// <summary>Several branches combined: their sum (<c>Add</c>), their product (<c>Multiply</c>) or their channels side by side (<c>Concat</c>).</summary>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
public abstract class Merge<TOut> : ITapeLayer
    where TOut : struct, IShape
{
    private protected Merge(string name, MergeStep step)
    {
        Name = name;
        Step = step;
    }

    /// <summary>Its name in the network.</summary>
    public string Name { get; }

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public MergeStep Step { get; }

    /// <summary>Runs it on a tape, over branches whose shapes are known at run time only.</summary>
    /// <exception cref="ArgumentException">The number of branches or a shape differs.</exception>
    public Traced<TOut> ForwardUntyped(ReadOnlySpan<Traced> inputs)
    {
        if (inputs.Length != Step.Inputs.Count)
            throw new ArgumentException($"{Name} takes {Step.Inputs.Count} inputs, not {inputs.Length}.", nameof(inputs));
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Value.Shape != Step.Inputs[i])
                throw new ArgumentException($"Input {i} of {Name} is {Step.Inputs[i]}, not {inputs[i].Value.Shape}.", nameof(inputs));
        }

        return inputs[0].Tape.Apply(Step, inputs).As<TOut>();
    }

    /// <inheritdoc/>
    Traced ITapeLayer.Record(Traced[] inputs) => ForwardUntyped(inputs);

    /// <inheritdoc/>
    (Tensor Value, IDisposable Owner) ITapeLayer.Infer(Tensor[] inputs)
    {
        // Branches are combined in inference as they are in training.
        var tape = new Tape(inputs[0].Device);
        return (ForwardUntyped([.. inputs.Select(x => tape.Input(x))]).Untyped.Value, tape);
    }
}

/// <summary>A layer whatever its shapes.</summary>
interface ITapeLayer
{
    /// <summary>Runs it on the tape of its inputs.</summary>
    /// <exception cref="ArgumentException">The inputs have other shapes.</exception>
    Traced Record(Traced[] inputs);

    /// <summary>Runs it for inference: the output, and what owns its memory.</summary>
    /// <exception cref="ArgumentException">The inputs have other shapes.</exception>
    (Tensor Value, IDisposable Owner) Infer(Tensor[] inputs);
}
