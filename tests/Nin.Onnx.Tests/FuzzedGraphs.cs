using Nin.TestKit.Fuzzing;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>The rules by which any ONNX file is read, and good ones to start from: for the tests here and for coverage-guided fuzzing.</summary>
static class FuzzedGraphs
{
    /// <summary>It becomes a declaration with finite weights, or is refused.</summary>
    /// <param name="folder">For the file under test.</param>
    public static FuzzRun Rules(DirectoryInfo folder)
    {
        string path = Path.Combine(folder.FullName, "damaged.onnx"), weights = Path.Combine(folder.FullName, "weights.safetensors");
        return new FuzzRun
        {
            BytesPerByte = 200, // Objects of a node or an attribute whose bytes are few, texts of a declaration.
            FixedBytes = 3_000_000, // What a graph may compute from few numbers.
            Refusals = [typeof(InvalidDataException), typeof(NotSupportedException)],
            Read = file =>
            {
                File.WriteAllBytes(path, file);
                var network = OnnxImport.Read(path, "Net");
                string declaration = network.ToDeclaration();
                if (declaration.Contains("NaN", StringComparison.Ordinal) || declaration.Contains("Infinity", StringComparison.Ordinal))
                    throw new InvalidOperationException($"An argument that is not a number was accepted: {declaration}");
                foreach (var weight in network.Layers.SelectMany(l => l.Weights))
                {
                    if (weight.Dims.Aggregate(1L, (a, b) => a * b) != weight.Values.Length) throw new InvalidOperationException("Dimensions and values differ.");
                    if (!weight.Values.All(float.IsFinite)) throw new InvalidOperationException("A weight that is not finite was accepted.");
                }

                network.SaveWeights(weights);
            },
        };
    }

    /// <summary>Small networks whose nodes are of all the operators that are read.</summary>
    public static byte[][] Good(DirectoryInfo folder) => [Residual(folder), Mobile(folder), Features(folder), Folded(folder)];

    static byte[] Residual(DirectoryInfo folder)
    {
        var graph = new GraphBuilder();
        string x = graph.Node("Pad", [graph.Input(1, 3, 9, 8), graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        x = graph.Node("Conv", [x, graph.Weights(4, 3, 3, 3), graph.Weights(4)], Ints("strides", 1, 1));
        string[] statistics = [graph.Weights(4), graph.Weights(4), graph.Weights(4), graph.Floats([4], 1, 2, 1, 2)];
        x = graph.Node("Relu", [graph.Node("BatchNormalization", [x, .. statistics], Float("epsilon", 1e-3), Float("momentum", 0.8))]);
        for (int i = 0; i < 2; i++)
        {
            string y = graph.Node("Conv", [graph.Node("Relu", [graph.Node("Conv", [x, graph.Weights(4, 4, 3, 3)], Ints("pads", 1, 1, 1, 1))]), graph.Weights(4, 4, 1, 1)]);
            x = graph.Node("Relu", [graph.Node("Add", [y, x])]);
        }

        x = graph.Node("MaxPool", [x], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1));
        x = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x])], Int("axis", 1));
        return Written(folder, graph, graph.Node("Softmax", [graph.Node("Gemm", [x, graph.Weights(5, 4), graph.Weights(5)], Int("transB", 1), Float("alpha", 0.5), Float("beta", 2))]));
    }

    static byte[] Mobile(DirectoryInfo folder)
    {
        var graph = new GraphBuilder();
        string x = graph.Node("Div", [graph.Node("Sub", [graph.Input(0, 2, 8, 8), graph.Floats([], 0.5f)]), graph.Floats([2, 1, 1], 0.2f, 0.3f)]);
        x = graph.Node("Conv", [x, graph.Weights(4, 1, 3, 3)], Ints("pads", 1, 1, 1, 1), Int("group", 2));
        x = graph.Node("Clip", [graph.Node("Add", [x, graph.Weights(4, 1, 1)]), graph.Floats([], 0), graph.Floats([], 6)]);
        string gate = graph.Node("HardSigmoid", [graph.Node("Conv", [graph.Node("GlobalAveragePool", [x]), graph.Weights(4, 4, 1, 1)])], Float("alpha", 1 / 6f));
        x = graph.Node("Concat", [graph.Node("Mul", [x, gate]), graph.Node("LeakyRelu", [x], Float("alpha", 0.1))], Int("axis", 1));
        string erf = graph.Node("Erf", [graph.Node("Div", [x, graph.Floats([], MathF.Sqrt(2))])]);
        x = graph.Node("Mul", [graph.Node("Mul", [x, graph.Node("Add", [erf, graph.Floats([], 1)])]), graph.Floats([], 0.5f)]);
        x = graph.Node("AveragePool", [x], Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Int("ceil_mode", 1));
        x = graph.Node("ConvTranspose", [x, graph.Weights(8, 2, 3, 3), graph.Weights(4)], Ints("strides", 2, 2), Ints("output_shape", 8, 8), Int("group", 2));
        x = graph.Node("Dropout", [x], Float("ratio", 0.3));
        string size = graph.Node("Gather", [graph.Node("Shape", [x]), graph.Integers(0)], Int("axis", 0));
        return Written(folder, graph, graph.Node("Reshape", [x, graph.Node("Concat", [size, graph.Integers(-1)], Int("axis", 0))]));
    }

    static byte[] Features(DirectoryInfo folder)
    {
        var graph = new GraphBuilder();
        string x = graph.Node("ReduceMean", [graph.Node("Tanh", [graph.Input(0, 6, 4, 4)])], Ints("axes", 2, 3), Int("keepdims", 0));
        string turned = graph.Node("Transpose", [graph.Node("Reshape", [graph.Weights(3, 2, 4), graph.Integers(4, -1)])], Ints("perm", 1, 0));
        x = graph.Node("Sigmoid", [graph.Node("Add", [graph.Node("MatMul", [x, turned]), graph.Node("Mul", [graph.Weights(4), graph.Floats([1], 2)])])]);
        string part = graph.Node("Slice", [graph.Integers(4, 5, 6), graph.Integers(0), graph.Integers(1)]);
        string shape = graph.Node("Concat", [graph.Node("Unsqueeze", [graph.Node("Squeeze", [graph.Integers(-1)]), graph.Integers(0)]), part], Int("axis", 0));
        return Written(folder, graph, graph.Node("Sum", [graph.Node("Identity", [graph.Node("Reshape", [x, shape])]), graph.Node("Gelu", [x])]));
    }

    static byte[] Folded(DirectoryInfo folder)
    {
        var graph = new GraphBuilder();
        string all = graph.Node("Concat", [graph.Integers(1, 2, 1, 2), graph.Node("Cast", [graph.Node("ConstantOfShape", [graph.Integers(4)])], Int("to", 7))], Int("axis", 0));
        string pairs = graph.Node("Reshape", [all, graph.Integers(-1, 2)]);
        string turned = graph.Node("Slice", [pairs, graph.Integers(-1), graph.Integers(-9), graph.Integers(0), graph.Integers(-1)]);
        string padded = graph.Node("Pad", [graph.Input(0, 3, 9, 8), graph.Node("Reshape", [graph.Node("Transpose", [turned], Ints("perm", 1, 0)), graph.Integers(-1)])]);
        string weights = graph.Node("Gather", [graph.Node("Concat", [graph.Weights(3, 3, 3, 3), graph.Weights(2, 3, 3, 3)], Int("axis", 0)), graph.Integers(4, 0, 2)], Int("axis", 0));
        string centred = graph.Node("Sub", [weights, graph.Node("ReduceMean", [weights], Ints("axes", 1, 2, 3))]);
        string length = graph.Node("ReduceL2", [centred], Ints("axes", 1, 2, 3)), factor = graph.Node("Exp", [graph.Node("Expand", [graph.Weights(1, 1), graph.Integers(3, 1, 1, 1)])]);
        string sums = graph.Node("ReduceSum", [graph.Weights(2, 3), graph.Integers(0)], Int("keepdims", 0));
        string x = graph.Node("Conv", [padded, graph.Node("Mul", [graph.Node("Div", [centred, length]), factor]), graph.Node("Relu", [sums])]);
        x = graph.Node("Swish", [graph.Node("MaxPool", [graph.Node("Pad", [x, graph.Integers(0, 0, 1, 1, 0, 0, 1, 1), graph.Floats([], float.NegativeInfinity)])], Ints("kernel_shape", 3, 3))]);
        string features = graph.Node("ReduceProd", [graph.Node("Slice", [graph.Node("Shape", [x]), graph.Integers(1), graph.Integers(4)])]);
        return Written(folder, graph, graph.Node("Reshape", [x, graph.Node("Concat", [graph.Integers(-1), features], Int("axis", 0))]));
    }

    static byte[] Written(DirectoryInfo folder, GraphBuilder graph, string output) => File.ReadAllBytes(graph.Save(folder, output));
}
