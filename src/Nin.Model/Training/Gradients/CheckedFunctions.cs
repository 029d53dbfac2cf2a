namespace Nin.Training;

/// <summary>Parameters as they were before a check, put back at its end.</summary>
sealed class KeptParameters(IEnumerable<Parameter> parameters) : IDisposable
{
    readonly (Parameter Parameter, float[] Values)[] kept = [.. parameters.Select(p => (p, p.ToArray()))];

    /// <summary>Those that an optimiser would move.</summary>
    public IReadOnlyList<GradientVariable> Variables =>
        [.. Trained.Select(p => new GradientVariable(p.Name, p.ToArray(), values => p.CopyFrom(values)))];

    public void ZeroGrad()
    {
        foreach (var set in kept.Select(k => k.Parameter.Set).Distinct()) set.ZeroGrad();
    }

    public IEnumerable<float[]> Gradients => Trained.Select(p => p.GradientToArray());

    public void Dispose()
    {
        foreach (var (parameter, values) in kept) parameter.CopyFrom(values);
        ZeroGrad();
    }

    IEnumerable<Parameter> Trained => kept.Select(k => k.Parameter).Where(p => p.IsTrained);
}

/// <summary>A random weighted sum of what a recording gives.</summary>
sealed class TapeFunction : IDisposable
{
    readonly Device device;
    readonly Func<Traced[], Traced> forward;
    readonly KeptParameters parameters;
    readonly TensorBuffer[] inputs;
    readonly int batch;
    readonly Random random;
    float[] weights = [];

    public TapeFunction(
        Device device, IReadOnlyList<Shape> shapes, Func<Traced[], Traced> forward, IReadOnlyList<Parameter> parameters, GradientCheckOptions options)
    {
        this.device = device;
        this.forward = forward;
        batch = options.Batch;
        random = new Random(options.Seed);
        // With the running statistics that follow a normalisation's parameters in their set.
        var sets = parameters.Select(p => p.Set).Distinct();
        this.parameters = new KeptParameters([.. parameters.Concat(sets.SelectMany(s => s).Where(p => !p.Spec.IsTrainable)).Distinct()]);
        inputs = [.. shapes.Select(s => new TensorBuffer(device, batch, s))];
        Variables =
        [
            .. inputs.Select((buffer, i) =>
            {
                float[] values = RandomValues(buffer.Batch * buffer.Shape.Length, options.InputScale);
                buffer.CopyFrom(values, Layout.Nchw);
                return new GradientVariable(inputs.Length == 1 ? "input" : $"input {i}", values, v => buffer.CopyFrom(v, Layout.Nchw));
            }),
            .. this.parameters.Variables,
        ];
    }

    public IReadOnlyList<GradientVariable> Variables { get; }

    public double Value()
    {
        using var tape = new Tape(device);
        return Sum(Record(tape).Output.Value.ToArray(Layout.Nchw));
    }

    public FunctionGradient Backward()
    {
        parameters.ZeroGrad();
        using var tape = new Tape(device);
        var (traced, output) = Record(tape);
        float[] y = output.Value.ToArray(Layout.Nchw);
        if (weights.Length == 0) weights = RandomValues(y.Length, 1);
        using var outer = new TensorBuffer(device, output.Value.Batch, output.Value.Shape);
        outer.CopyFrom(weights, Layout.Nchw);
        output.Backward(outer.Tensor);
        return new([.. traced.Select(t => t.Gradient.ToArray(Layout.Nchw)), .. parameters.Gradients], FunctionGradient.SpreadOf(y, weights));
    }

    public void Dispose()
    {
        parameters.Dispose();
        foreach (var input in inputs) input.Dispose();
    }

    (Traced[] Inputs, Traced Output) Record(Tape tape)
    {
        Traced[] traced = [.. inputs.Select(i => tape.Input(i.Tensor, needsGradient: true))];
        return (traced, forward(traced));
    }

    double Sum(float[] y)
    {
        double sum = 0;
        for (int i = 0; i < y.Length; i++) sum += (double)y[i] * weights[i];
        return sum;
    }

    float[] RandomValues(long length, double scale)
    {
        var values = new float[length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * CentralDifferences.Normal(random));
        return values;
    }
}

/// <summary>The mean loss of a batch, by its definition and by the device.</summary>
sealed class LossFunction : IDisposable
{
    readonly Loss loss;
    readonly Device device;
    readonly int classes;
    readonly float[] logits;
    readonly int[] labels;
    readonly TensorBuffer input;
    float[] current;

    public LossFunction(Loss loss, int classes, Device device, GradientCheckOptions options)
    {
        (this.loss, this.device, this.classes) = (loss, device, classes);
        var random = new Random(options.Seed);
        logits = [.. Enumerable.Range(0, options.Batch * classes).Select(_ => (float)(options.InputScale * CentralDifferences.Normal(random)))];
        labels = [.. Enumerable.Range(0, options.Batch).Select(_ => random.Next(classes))];
        current = logits;
        input = new TensorBuffer(device, options.Batch, Shape.Flat(classes));
        input.CopyFrom(logits, Layout.Nhwc);
    }

    public IReadOnlyList<GradientVariable> Variables(string name) => [new(name, logits, values =>
    {
        current = values;
        input.CopyFrom(values, Layout.Nhwc);
    })];

    public double ExampleValue() => ExampleLoss.Mean(loss, current, labels, classes, gradient: default);

    public FunctionGradient ExampleGradient()
    {
        var gradient = new float[logits.Length];
        double value = ExampleLoss.Mean(loss, logits, labels, classes, gradient);
        return new([gradient], FunctionGradient.SpreadOf(logits, gradient) + Math.Abs(value));
    }

    public double DeviceValue()
    {
        using var tape = new Tape(device);
        return loss.Of(tape.Input(input.Tensor), labels).Value;
    }

    public FunctionGradient DeviceGradient()
    {
        using var tape = new Tape(device);
        var traced = tape.Input(input.Tensor, needsGradient: true);
        var recorded = loss.Of(traced, labels);
        recorded.Backward();
        float[] gradient = traced.Gradient.ToArray(Layout.Nhwc);
        // The device's value is itself rounded to float32.
        return new([gradient], FunctionGradient.SpreadOf(logits, gradient) + Math.Abs(recorded.Value));
    }

    public void Dispose() => input.Dispose();
}

/// <summary>A network's loss over random images; the loss of its logits in double precision, the gradient as training computes it.</summary>
sealed class NetworkFunction : IDisposable
{
    readonly INetwork network;
    readonly Loss loss;
    readonly ISession session;
    readonly KeptParameters parameters;
    readonly TensorBuffer images;
    readonly int[] labels;
    readonly int classes;
    readonly int steps;

    public NetworkFunction(INetwork network, Loss loss, GradientCheckOptions options)
    {
        this.network = network;
        this.loss = loss;
        steps = network.TrainingSteps;
        classes = network.Architecture.Output.Channels;
        var random = new Random(options.Seed);
        session = network.CreateSession(options.Batch);
        parameters = new KeptParameters(network.Parameters);
        images = new TensorBuffer(network.Device, options.Batch, network.Architecture.Input);
        var values = new float[options.Batch * network.Architecture.Input.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(options.InputScale * CentralDifferences.Normal(random));
        images.CopyFrom(values, Layout.Nchw);
        labels = [.. Enumerable.Range(0, options.Batch).Select(_ => random.Next(classes))];
        Variables = [new("images", values, v => images.CopyFrom(v, Layout.Nchw)), .. parameters.Variables];
    }

    public IReadOnlyList<GradientVariable> Variables { get; }

    public double Value()
    {
        using var tape = new Tape(network.Device);
        float[] logits = Record(tape, needsGradient: false).Output.Value.ToArray(Layout.Nhwc);
        return ExampleLoss.Mean(loss, logits, labels, classes, gradient: default);
    }

    public FunctionGradient Backward()
    {
        parameters.ZeroGrad();
        using var tape = new Tape(network.Device);
        var (input, output) = Record(tape, needsGradient: true);
        float[] logits = output.Value.ToArray(Layout.Nhwc);
        loss.Of(output, labels).Backward();
        var slopes = new float[logits.Length];
        ExampleLoss.Mean(loss, logits, labels, classes, slopes);
        return new([input.Gradient.ToArray(Layout.Nchw), .. parameters.Gradients], FunctionGradient.SpreadOf(logits, slopes));
    }

    public void Dispose()
    {
        session.Dispose();
        images.Dispose();
        parameters.Dispose();
        network.TrainingSteps = steps;
    }

    // The same step each time: dropout draws its mask by it.
    (Traced Input, Traced Output) Record(Tape tape, bool needsGradient)
    {
        network.TrainingSteps = steps;
        var input = tape.Input(images.Tensor, needsGradient);
        return (input, session.ForwardTraining(input));
    }
}

/// <summary>A loss by <see cref="Loss.Example"/>, in double precision.</summary>
static class ExampleLoss
{
    /// <summary>The mean of a batch.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits"><c>[batch, classes]</c>.</param>
    /// <param name="labels">One per example.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="gradient">As the logits, overwritten with the gradient of the mean; empty where it is not asked for.</param>
    public static double Mean(Loss loss, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, Span<float> gradient)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
            sum += loss.Example(logits.Slice(i * classes, classes), labels[i], gradient.IsEmpty ? default : gradient.Slice(i * classes, classes));
        foreach (ref float d in gradient) d /= labels.Length;
        return sum / labels.Length;
    }
}
