using System.Collections.Frozen;
using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>
/// How a node is read: one row per operator of <c>onnx.ai/onnx/operators</c>. A row that cannot read its node throws
/// <see cref="NotSupportedException"/> with the reason; the reader continues and lists all of them.
/// </summary>
static class OperatorTable
{
    /// <summary>The operators that are supported.</summary>
    public static FrozenDictionary<string, Func<GraphReader, NodeProto, Value>> Rows { get; } = new Dictionary<string, Func<GraphReader, NodeProto, Value>>
    {
        // Layers with weights.
        ["Conv"] = Convolutions.Convolution,
        ["ConvTranspose"] = TransposedConvolutions.Read,
        ["Gemm"] = LinearLayers.Gemm,
        ["MatMul"] = LinearLayers.MatMul,
        ["BatchNormalization"] = Normalization.BatchNormalization,
        ["LRN"] = Normalization.LocalResponse,

        // Activations.
        ["Relu"] = (g, n) => Elementwise(g, n, "Relu", x => MathF.Max(0, x)),
        ["LeakyRelu"] = Activations.LeakyRelu,
        ["PRelu"] = Activations.PRelu,
        ["Elu"] = Activations.Elu,
        ["Clip"] = Activations.Clip,
        ["Sigmoid"] = (g, n) => Elementwise(g, n, "Sigmoid", x => 1 / (1 + MathF.Exp(-x))),
        ["Tanh"] = (g, n) => Elementwise(g, n, "Tanh", MathF.Tanh),
        ["HardSigmoid"] = Activations.HardSigmoid,
        ["HardSwish"] = (g, n) => Elementwise(g, n, "HardSwish"),
        ["Swish"] = Activations.Swish,
        ["Gelu"] = Activations.Gelu,
        ["Erf"] = Activations.Erf,

        // Windows and pixels.
        ["MaxPool"] = Convolutions.MaxPool,
        ["AveragePool"] = Convolutions.AveragePool,
        ["GlobalAveragePool"] = (g, n) => Convolutions.Global(g, n, "GlobalAvgPool2d"),
        ["GlobalMaxPool"] = (g, n) => Convolutions.Global(g, n, "GlobalMaxPool2d"),
        ["ReduceMean"] = Convolutions.ReduceMean,
        ["Pad"] = Convolutions.Pad,

        // Several values, or a value and numbers.
        ["Add"] = (g, n) => Arithmetic.Combine(g, n, Arithmetic.Add),
        ["Sum"] = Arithmetic.Sum,
        ["Sub"] = (g, n) => Arithmetic.Combine(g, n, Arithmetic.Subtract),
        ["Mul"] = (g, n) => Arithmetic.Combine(g, n, Arithmetic.Multiply),
        ["Div"] = (g, n) => Arithmetic.Combine(g, n, Arithmetic.Divide),
        ["Neg"] = Arithmetic.Negate,
        ["Concat"] = Shapes.Concat,

        // Numbers alone, which most exporters have folded.
        ["Sqrt"] = (g, n) => Arithmetic.OfNumbers(g, n, MathF.Sqrt),
        ["Reciprocal"] = (g, n) => Arithmetic.OfNumbers(g, n, x => 1 / x),
        ["Pow"] = Arithmetic.Power,
        ["Exp"] = (g, n) => Arithmetic.OfNumbers(g, n, MathF.Exp),
        ["Log"] = (g, n) => Arithmetic.OfNumbers(g, n, MathF.Log),
        ["ReduceSum"] = (g, n) => NumberNodes.Reduce(g, n, x => x.Sum(), x => x.Aggregate(0L, (a, b) => a + b)),
        ["ReduceProd"] = (g, n) => NumberNodes.Reduce(g, n, x => x.Aggregate(1.0, (a, b) => a * b), x => x.Aggregate(1L, (a, b) => a * b)),
        ["ReduceL2"] = (g, n) => NumberNodes.Reduce(g, n, x => Math.Sqrt(x.Sum(a => a * a))),
        ["Expand"] = NumberNodes.Expand,
        ["ConstantOfShape"] = NumberNodes.ConstantOfShape,

        // Shapes.
        ["Flatten"] = Shapes.Flatten,
        ["Reshape"] = Shapes.Reshape,
        ["Squeeze"] = Shapes.Squeeze,
        ["Unsqueeze"] = Shapes.Unsqueeze,
        ["Shape"] = Shapes.ShapeOf,
        ["Gather"] = NumberNodes.Gather,
        ["Slice"] = NumberNodes.Slice,
        ["Transpose"] = NumberNodes.Transpose,
        ["Constant"] = NumberNodes.ConstantValue,

        // What inference leaves as it is.
        ["Identity"] = (g, n) => g.Require(n, 0),
        ["Cast"] = Shapes.Cast,
        ["Dropout"] = Activations.Dropout,
        ["Softmax"] = Activations.Softmax,
        ["LogSoftmax"] = Activations.Softmax,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>An activation, which exporters that fold nothing also take of numbers alone.</summary>
    static Value Elementwise(GraphReader graph, NodeProto node, string kind, Func<float, float>? ofNumbers = null)
    {
        if (ofNumbers is not null && graph.Require(node, 0) is Constant) return Arithmetic.OfNumbers(graph, node, ofNumbers);
        var x = graph.Layer(node, 0);
        return graph.Add(kind, x.Shape, [], [], x.Layer);
    }
}
