using Nin.Onnx.Schema;
using Nin.Shapes.Sizes;

namespace Nin.Onnx;

/// <summary>Products with a matrix of weights.</summary>
static class LinearLayers
{
    /// <summary><c>alpha x W + beta b</c>; the factors go into the numbers.</summary>
    public static Value Gemm(GraphReader graph, NodeProto node)
    {
        if (node.Int("transA", 0) != 0) throw new NotSupportedException("it transposes its input");
        var weight = graph.FindConstant(node, 1) ?? throw new InvalidDataException($"node '{node.Label}' (Gemm) lacks its weights");
        var bias = graph.FindConstant(node, 2);
        // Features come last: another dimension before them is the batch's.
        if (bias is { Dims: [.., > 1, _] }) throw new NotSupportedException($"its bias has the shape [{Wording.Listing(bias.Dims)}], another one for each example of a batch");
        float beta = node.Float("beta", 1);
        float[]? biases = bias?.ToFloats().Select(b => b * beta).ToArray();
        return Linear(graph, node, weight, node.Int("transB", 0) != 0, node.Float("alpha", 1), biases, bias is null || beta != 1 ? null : node.Input[2]);
    }

    public static Value MatMul(GraphReader graph, NodeProto node) =>
        Linear(graph, node, graph.FindConstant(node, 1) ?? throw new InvalidDataException($"node '{node.Label}' (MatMul) lacks its weights"), false, 1, null, null);

    static LayerValue Linear(GraphReader graph, NodeProto node, Constant weight, bool transposed, float alpha, float[]? bias, string? biasName)
    {
        var x = graph.Layer(node, 0);
        if (weight.Dims.Length != 2) throw new NotSupportedException($"its weights have {weight.Dims.Length} dimensions, not 2");
        (int outputs, int inputs) = transposed ? ((int)weight.Dims[0], (int)weight.Dims[1]) : ((int)weight.Dims[1], (int)weight.Dims[0]);
        if (!x.Shape.IsFlat) throw new NotSupportedException($"it reads an image, {x.Shape}; only features are supported");
        // One bias for all is allowed too.
        graph.Limits.Take(outputs);
        if (bias is { Length: 1 } && outputs > 1) bias = [.. Enumerable.Repeat(bias[0], outputs)];
        if (inputs != x.Shape.Channels || (bias is not null && bias.Length != outputs))
            throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) has weights for {inputs} features and {(bias is null ? "no" : $"{bias.Length}")} biases, and reads {x.Shape}");
        // Turned and multiplied numbers are copies.
        graph.Limits.Take((long)weight.Length * ((transposed ? 0 : 1) + (alpha != 1 ? 1 : 0)));
        float[] values = weight.ToFloats();
        if (!transposed)
        {
            float[] turned = new float[values.Length];
            for (int i = 0; i < inputs; i++)
                for (int o = 0; o < outputs; o++) turned[o * inputs + i] = values[i * outputs + o];
            values = turned;
        }

        if (alpha != 1) values = Array.ConvertAll(values, v => v * alpha);
        // The name goes with the very numbers: what loads that name elsewhere must find them as they are here.
        List<ImportedTensor> weights = [new("weight", [outputs, inputs], values, transposed && alpha == 1 ? node.Input[1] : null)];
        if (bias is not null) weights.Add(new("bias", [outputs], bias, biasName));
        return graph.Add("Linear", Checked.Features($"node '{node.Label}' ({node.OpType})", outputs), bias is null ? [new("Features", outputs), new("Bias", 0)] : [new("Features", outputs)], [.. weights], x.Layer);
    }
}

/// <summary>Normalisation by running statistics, and by the channels around each element.</summary>
static class Normalization
{
    static readonly string[] Roles = ["weight", "bias", "running_mean", "running_var"];

    public static Value BatchNormalization(GraphReader graph, NodeProto node)
    {
        // Until operator set 13 a node for training is one that gives the batch's statistics too.
        bool trains = graph.OperatorSet < 14 ? node.Output.Skip(1).Any(o => o.Length > 0) : node.Int("training_mode", 0) != 0;
        if (trains) throw new NotSupportedException("it is exported for training; export the network for inference");
        if (node.Int("spatial", 1) == 0) throw new NotSupportedException("its statistics are by pixel, not by channel");
        Constant[] numbers = [.. Enumerable.Range(1, 4).Select(i => graph.FindConstant(node, i) ?? throw new InvalidDataException($"node '{node.Label}' (BatchNormalization) lacks its input {i}"))];
        var x = graph.Layer(node, 0);
        if (numbers.Any(n => n.Length != x.Shape.Channels))
            throw new InvalidDataException($"node '{node.Label}' (BatchNormalization) has statistics of {numbers[0].Length} channels, and reads {x.Shape}");
        List<LayerArgument> arguments = [];
        float epsilon = node.Float("epsilon", 1e-5f), momentum = node.Float("momentum", 0.9f);
        string of = $"node '{node.Label}' (BatchNormalization)";
        if (epsilon != 1e-5f) arguments.Add(new("Epsilon", AboveZero(graph, of, "epsilon", epsilon)));
        if (!(MathF.Abs(momentum - 0.9f) <= 1e-6f)) arguments.Add(new("Momentum", Math.Round(1 - Checked.Between(0, 1, of, "momentum", momentum), 6)));
        float[][] values = [.. numbers.Select(n => n.ToFloats())];
        return graph.Add("BatchNorm2d", x.Shape, [.. arguments], Weights(values[0], values[1], values[2], values[3], [.. node.Input.Skip(1).Take(4)]), x.Layer);
    }

    public static Value LocalResponse(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        string of = $"node '{node.Label}' (LRN)";
        if (x.Shape.IsFlat) throw new InvalidDataException($"{of} needs an image, and reads {x.Shape}");
        long size = node.Int("size", 0);
        if (size is < 1 or > LayerDefaults.MostResponseChannels) throw new InvalidDataException($"{of} has the size {size}; it must be from 1 to {LayerDefaults.MostResponseChannels}");
        // ONNX's has one channel more after the middle, PyTorch's and Nin's before it.
        if (size % 2 == 0 && size > 1) throw new NotSupportedException($"its window has {size} channels; only odd ones, which have a middle, are supported");
        return graph.Add(
            "LocalResponseNorm", x.Shape,
            [
                new("Size", size), new("Alpha", Checked.Between(0, float.MaxValue, of, "alpha", node.Float("alpha", 1e-4f))),
                new("Beta", Checked.Between(0, float.MaxValue, of, "beta", node.Float("beta", 0.75f))),
                new("K", AboveZero(graph, of, "bias", node.Float("bias", 1))),
            ],
            [], x.Layer);
    }

    // What keeps a root from being zero: layers refuse 0, and the smallest number adds as much to any sum of squares that a float holds exactly.
    static double AboveZero(GraphReader graph, string of, string attribute, float value)
    {
        if (value == 0) graph.Note($"The {attribute} of a normalisation is 0 in the file, and the smallest number above 0 here.");
        return Checked.Between(float.Epsilon, float.MaxValue, of, attribute, value == 0 ? float.Epsilon : value);
    }

    public static ImportedTensor[] Weights(float[] scale, float[] shift, float[] mean, float[] variance, string?[] sources)
    {
        float[][] values = [scale, shift, mean, variance];
        return [.. Roles.Select((role, i) => new ImportedTensor(role, [scale.Length], values[i], sources[i]))];
    }
}
