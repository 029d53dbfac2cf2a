using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Nodes that map each element, and those that do so in training only.</summary>
static class Activations
{
    const float OneSixth = 1 / 6f;

    // A file in float16 or bfloat16 has the root of two as 1.4140625.
    const double RootInHalfPrecision = 2e-4;

    /// <summary>The layers that map each element by a formula.</summary>
    public static IReadOnlySet<string> Kinds { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "Relu", "LeakyRelu", "Elu", "Relu6", "HardTanh", "Sigmoid", "Tanh", "Silu", "Gelu", "HardSwish", "HardSigmoid",
    };

    /// <summary>ReLU, ReLU6 and others, whose bounds are attributes until operator set 10 and inputs since.</summary>
    public static Value Clip(GraphReader graph, NodeProto node)
    {
        float least = Bound(1, "min", float.MinValue), most = Bound(2, "max", float.MaxValue);
        if ((least, most) == (0, 6) && graph.Require(node, 0) is Affine { Scale: [1], Shift: [3] } shifted) return new PartOfHardSwish(shifted.Of);
        var x = graph.Layer(node, 0);
        if (least <= float.MinValue && most >= float.MaxValue) return x;
        // Whatever comes in; the upper bound is the last one that is applied.
        if (least >= most) return Affine.Identity(x).Times([0]).Plus([most]);
        if (!(least < most)) throw new NotSupportedException($"its lower bound {least:R} is not below its upper bound {most:R}");
        return (least, most) switch
        {
            (0, 6) => graph.Add("Relu6", x.Shape, [], [], x.Layer),
            (0, float.MaxValue or float.PositiveInfinity) => graph.Add("Relu", x.Shape, [], [], x.Layer),
            _ => graph.Add("HardTanh", x.Shape, [new("Min", Finite("min", least)), new("Max", Finite("max", most))], [], x.Layer),
        };

        // No finite number is beyond the largest one, which stands for a bound that is left out or infinite.
        double Finite(string bound, float value)
        {
            double written = Checked.Between(float.MinValue, float.MaxValue, $"node '{node.Label}' (Clip)", bound, Math.Clamp(value, float.MinValue, float.MaxValue));
            return Math.Clamp(written, float.MinValue, float.MaxValue);
        }

        float Bound(int index, string attribute, float otherwise) =>
            graph.FindConstant(node, index) is { Length: 1 } given ? given.ToFloats()[0] : node.Float(attribute, otherwise);
    }

    public static Value LeakyRelu(GraphReader graph, NodeProto node)
    {
        float slope = node.Float("alpha", 0.01f);
        return Leaky(graph, node, graph.Layer(node, 0), [slope]);
    }

    public static Value Elu(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        double alpha = Checked.Between(float.MinValue, float.MaxValue, $"node '{node.Label}' (Elu)", "alpha", node.Float("alpha", 1));
        return graph.Add("Elu", x.Shape, [new("Alpha", alpha)], [], x.Layer);
    }

    /// <summary>A leaky ReLU whose slopes are numbers of the file.</summary>
    public static Value PRelu(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        var given = graph.FindConstant(node, 1) ?? throw new NotSupportedException("its slopes are computed");
        float[] slopes = Arithmetic.PerChannel(given, x.Shape);
        var result = Leaky(graph, node, x, slopes);
        if (graph.Layers[result.Layer].Kind == "LeakyRelu") graph.Note("PRelu with one slope is a leaky ReLU here: the slope is no longer trained.");
        return result;
    }

    /// <summary>
    /// With one slope for all, 0 or more, a leaky ReLU; else <c>relu(x) + (-slope) relu(-x)</c>, in which both products are depthwise convolutions and exact where the
    /// other term is 0.
    /// </summary>
    static LayerValue Leaky(GraphReader graph, NodeProto node, LayerValue x, float[] slopes)
    {
        if (!slopes.All(float.IsFinite)) throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) has a slope that is not a finite number");
        if (Array.TrueForAll(slopes, s => s == slopes[0] && s >= 0))
            return graph.Add("LeakyRelu", x.Shape, [new("NegativeSlope", Checked.Between(0, float.MaxValue, $"node '{node.Label}' ({node.OpType})", "slope", slopes[0]))], [], x.Layer);
        if (x.Shape.IsFlat) throw new NotSupportedException("it has a slope for each feature or a negative one; these are supported only for an image");
        int channels = x.Shape.Channels;
        graph.Limits.Take(2L * channels);
        var above = graph.Add("Relu", x.Shape, [], [], x.Layer);
        var below = graph.Add("Relu", x.Shape, [], [], Scaled(x, _ => -1).Layer);
        return graph.Add("Add", x.Shape, [], [], above.Layer, Scaled(below, c => -slopes[slopes.Length == 1 ? 0 : c]).Layer);

        LayerValue Scaled(LayerValue of, Func<int, float> factor) => graph.ScaleByChannel(of, [.. Enumerable.Range(0, channels).Select(factor)], new float[channels]);
    }

    public static Value HardSigmoid(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        (float alpha, float beta) = (node.Float("alpha", 0.2f), node.Float("beta", 0.5f));
        if (!(MathF.Abs(alpha - OneSixth) <= 1e-6f) || beta != 0.5f)
            throw new NotSupportedException($"alpha is {alpha:R} and beta {beta:R}; only 1/6 and 0.5, PyTorch's, are supported");
        return graph.Add("HardSigmoid", x.Shape, [], [], x.Layer);
    }

    /// <summary>The layers of what did not become hard swish.</summary>
    public static LayerValue Unfinished(GraphReader graph, PartOfHardSwish part)
    {
        var x = part.Of;
        if (part.Divided) return graph.Add("HardSigmoid", x.Shape, [], [], x.Layer);
        var gate = graph.Add("Relu6", x.Shape, [], [], graph.Materialize(new Affine(x, [1], [3])).Layer);
        return part.TimesInput ? graph.Add("Multiply", x.Shape, [], [], x.Layer, gate.Layer) : gate;
    }

    public static Value Swish(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        float alpha = node.Float("alpha", 1);
        if (alpha != 1) throw new NotSupportedException($"alpha is {alpha:R}; only 1, which is SiLU, is supported");
        return graph.Add("Silu", x.Shape, [], [], x.Layer);
    }

    public static Value Gelu(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        if (node.Text("approximate", "none") != "none") throw new NotSupportedException("GELU by tanh is not supported; export the exact form");
        return graph.Add("Gelu", x.Shape, [], [], x.Layer);
    }

    /// <summary>Of a value over the root of two: the beginning of GELU.</summary>
    public static Value Erf(GraphReader graph, NodeProto node) =>
        graph.Require(node, 0) is Affine { Scale: [var scale], Shift: [0] } x && Math.Abs(scale - Math.Sqrt(0.5)) < RootInHalfPrecision
            ? new PartOfGelu(x.Of)
            : throw new NotSupportedException("erf is supported only as part of GELU");

    public static Value Dropout(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        float ratio = graph.FindConstant(node, 1) is { Length: 1 } given ? given.ToFloats()[0] : node.Float("ratio", 0.5f);
        if (graph.FindConstant(node, 2) is { Integers: [not 0] }) graph.Note("The file was exported for training and drops at random; here that happens in training only.");
        return graph.Add("Dropout", x.Shape, [new("Probability", Checked.Between(0, 1, $"node '{node.Label}' (Dropout)", "ratio", ratio))], [], x.Layer);
    }

    /// <summary>At the end of a classifier; what was trained is the logits before it. What leaves it as it is may follow.</summary>
    public static Value Softmax(GraphReader graph, NodeProto node)
    {
        var x = graph.Layer(node, 0);
        // Until operator set 12 the dimensions from the axis on are one; since then the axis alone is normalised.
        long axis = node.Int("axis", graph.OperatorSet < 13 ? 1 : -1);
        if (axis < 0) axis += x.Shape.IsFlat ? 2 : 4;
        if (axis != 1 || (graph.OperatorSet < 13 && x.Shape.Pixels > 1))
            throw new NotSupportedException($"it is taken of {x.Shape} along axis {axis}; it is supported only along the channels or features");
        return new Ended(x, node.OpType == "Softmax" ? NetworkEnding.Softmax : NetworkEnding.LogSoftmax);
    }
}
