namespace Nin.TestKit;

/// <summary>
/// A plain sequential network in double precision over the oracle's ops. It is built layer by layer, takes its initial weights by
/// their PyTorch state_dict names, and trains on the mean cross entropy.
/// </summary>
/// <param name="channels">Input channels.</param>
/// <param name="height">Input rows.</param>
/// <param name="width">Input columns.</param>
public sealed class ReferenceNetwork(int channels, int height, int width)
{
    readonly List<ReferenceLayer> _layers = [];
    (int C, int H, int W) _shape = (channels, height, width);
    int _steps;

    IEnumerable<ReferenceParameter> Parameters => _layers.SelectMany(layer => layer.Parameters);

    /// <summary>The learnable arrays by name, and <c>running_mean</c> and <c>running_var</c> of the normalisations: copies.</summary>
    public IReadOnlyDictionary<string, double[]> State
    {
        get
        {
            var state = Parameters.ToDictionary(p => p.Name, p => (double[])p.Value.Clone());
            foreach (ReferenceNormLayer norm in _layers.OfType<ReferenceNormLayer>())
            {
                state.Add($"{norm.Name}.running_mean", [.. norm.RunningMean]);
                state.Add($"{norm.Name}.running_var", [.. norm.RunningVar]);
            }

            return state;
        }
    }

    /// <summary>
    /// A k x k convolution and 1x1 convolutions after it, each with a bias and a ReLU, named <c>name.0</c> and on with ReLU and
    /// normalisation counted: 0, 2, 4, or 0, 1, 3, 4, 6, 7 with <paramref name="batchNorm"/>, which comes between a convolution
    /// and its ReLU. Without the last ReLU, its normalisation is missing as well.
    /// </summary>
    public ReferenceNetwork NinBlock(
        string name, int[] widths, int kernel, int stride = 1, int padding = 0, bool batchNorm = false, bool lastRelu = true)
    {
        int index = 0;
        for (int i = 0; i < widths.Length; i++)
        {
            Conv2d($"{name}.{index++}", widths[i], i == 0 ? kernel : 1, i == 0 ? stride : 1, i == 0 ? padding : 0);
            bool relu = lastRelu || i < widths.Length - 1;
            if (relu && batchNorm)
            {
                BatchNorm2d($"{name}.{index++}");
            }

            if (relu)
            {
                Relu();
                index++;
            }
        }

        return this;
    }

    /// <summary>A convolution with the parameters <c>name.weight</c> and <c>name.bias</c>.</summary>
    public ReferenceNetwork Conv2d(string name, int filters, int kernel, int stride = 1, int padding = 0)
    {
        var sizes = new Conv2dCase(1, _shape.C, _shape.H, _shape.W, filters, kernel, stride, padding);
        return Then(new ReferenceConvLayer(name, sizes), (filters, sizes.OutHeight, sizes.OutWidth));
    }

    /// <summary>A batch normalisation (eps 1e-5, momentum 0.1) with the parameters <c>name.weight</c> and <c>name.bias</c>.</summary>
    public ReferenceNetwork BatchNorm2d(string name) =>
        Then(new ReferenceNormLayer(name, new(1, _shape.C, _shape.H, _shape.W)), _shape);

    /// <summary>ReLU.</summary>
    public ReferenceNetwork Relu() => Then(new ReferenceReluLayer(), _shape);

    /// <summary>Maximum pooling.</summary>
    public ReferenceNetwork MaxPool2d(int kernel, int stride, int padding = 0)
    {
        var sizes = new Pool2dCase(1, _shape.C, _shape.H, _shape.W, kernel, stride, padding);
        return Then(new ReferenceMaxPoolLayer(sizes), (_shape.C, sizes.OutHeight, sizes.OutWidth));
    }

    /// <summary>The mean of each plane, flattened: the logits.</summary>
    public ReferenceNetwork GlobalAvgPool2d() =>
        Then(new ReferenceGlobalAvgPoolLayer(new(1, _shape.C, _shape.H, _shape.W)), (_shape.C, 1, 1));

    /// <summary>Copies initial weights in. Every parameter must be there; other names, such as running statistics, are left alone.</summary>
    /// <exception cref="ArgumentException">A parameter is missing or of another length.</exception>
    public ReferenceNetwork Load(IReadOnlyDictionary<string, double[]> weights)
    {
        foreach (ReferenceParameter parameter in Parameters)
        {
            if (!weights.TryGetValue(parameter.Name, out double[]? value))
            {
                throw new ArgumentException(
                    $"No weights for '{parameter.Name}'; there are {string.Join(", ", weights.Keys)}.", nameof(weights));
            }

            Lengths.Check(value.Length, parameter.Value.Length, parameter.Name);
            value.CopyTo(parameter.Value, 0);
        }

        return this;
    }

    /// <summary>One training step.</summary>
    /// <param name="images"><c>[n, c, h, w]</c>.</param>
    /// <param name="labels">n classes.</param>
    /// <param name="optimizer">How the parameters move; momentum goes on from the step before.</param>
    /// <returns>The mean loss before the step.</returns>
    public double TrainStep(double[] images, int[] labels, ReferenceSgd optimizer)
    {
        double loss = Gradients(images, labels);
        _steps++;
        foreach (ReferenceParameter parameter in Parameters)
        {
            optimizer.Step(_steps, parameter.Value, parameter.Gradient, parameter.Momentum);
        }

        return loss;
    }

    /// <summary>The losses of one step a batch.</summary>
    public double[] Train(IEnumerable<(double[] Images, int[] Labels)> batches, ReferenceSgd optimizer) =>
        [.. batches.Select(batch => TrainStep(batch.Images, batch.Labels, optimizer))];

    /// <summary>The mean loss of a batch, and the gradient of every parameter by name.</summary>
    public double LossAndGradients(double[] images, int[] labels, out IReadOnlyDictionary<string, double[]> gradients)
    {
        double loss = Gradients(images, labels);
        gradients = Parameters.ToDictionary(p => p.Name, p => p.Gradient);
        return loss;
    }

    double Gradients(double[] images, int[] labels)
    {
        double[] logits = _layers.Aggregate(images, (x, layer) => layer.Forward(x, labels.Length));
        int classes = logits.Length / labels.Length;
        double[] gradient = ReferenceSoftmaxCrossEntropy.Backward(classes, logits, labels).Value;
        for (int i = _layers.Count - 1; i >= 0; i--)
        {
            gradient = _layers[i].Backward(gradient);
        }

        return ReferenceSoftmaxCrossEntropy.Mean(classes, logits, labels).Value[0];
    }

    ReferenceNetwork Then(ReferenceLayer layer, (int C, int H, int W) shape)
    {
        _layers.Add(layer);
        _shape = shape;
        return this;
    }
}
