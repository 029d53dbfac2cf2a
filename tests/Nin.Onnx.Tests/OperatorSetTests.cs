using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>One network in the forms of several operator sets: what was an attribute of a node became an input of it.</summary>
public sealed class OperatorSetTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    public void It_answers_as_in_ONNX_Runtime(int version)
    {
        var graph = new GraphBuilder(version);
        string path = graph.Save(folder, Network(graph, version));
        var imported = OnnxImport.Read(path, "Net");
        float[] images = Logits.Images(imported.Input, batch: 2);
        using var device = Device.Open("cpu");
        using var model = OnnxModel.Load(path, device);

        Logits.ShouldAgree(model.Run(images, Layout.Nchw), Logits.OfRuntime(path, imported.Input, images, batch: 2));
    }

    public void Dispose() => folder.Delete(recursive: true);

    static string Network(GraphBuilder graph, int version)
    {
        string x = graph.Input(0, 3, 9, 8);
        x = version < 11
            ? graph.Node("Pad", [x], Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1))
            : version < 18
                ? graph.Node("Pad", [x, graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)])
                : graph.Node("Pad", [x, graph.Integers(1, 1, 1, 1), "", graph.Integers(-2, 3)]);
        x = graph.Node("Conv", [x, graph.Weights(6, 3, 3, 3)]);
        string variance = graph.Floats([6], 1, 2, 3, 0.5f, 0.25f, 1);
        x = graph.Node("BatchNormalization", [x, graph.Weights(6), graph.Weights(6), graph.Weights(6), variance], Float("epsilon", 1e-4));
        x = version < 11 ? graph.Node("Clip", [x], Float("min", 0), Float("max", 6)) : graph.Node("Clip", [x, graph.Floats([], 0), graph.Floats([], 6)]);
        string gate = graph.Node("Gemm", [Squeeze(graph.Node("GlobalAveragePool", [x])), graph.Weights(6, 6), graph.Weights(6)]);
        x = graph.Node("Mul", [x, Unsqueeze(graph.Node("Sigmoid", [gate]))]);
        x = graph.Node("MaxPool", [x], [Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), .. version < 10 ? (Schema.AttributeProto[])[] : [Int("ceil_mode", 1)]]);
        x = graph.Node("AveragePool", [x], Ints("kernel_shape", 2, 2), Ints("pads", 1, 0, 0, 1), Int("count_include_pad", 1));
        x = version < 12 ? graph.Node("Dropout", [x], Float("ratio", 0.25)) : graph.Node("Dropout", [x, graph.Floats([], 0.25f)]);
        x = graph.Node("LeakyRelu", [x], Float("alpha", 0.1));
        string mean = version < 18
            ? graph.Node("ReduceMean", [x], Ints("axes", 2, 3), Int("keepdims", 0))
            : graph.Node("ReduceMean", [x, graph.Integers(2, 3)], Int("keepdims", 0));
        string linear = graph.Node("Gemm", [mean, graph.Weights(5, 6), graph.Weights(5)], Int("transB", 1));
        string flat = graph.Node("Reshape", [x, graph.Integers(0, -1)]);
        return graph.Node("Concat", [linear, graph.Node("Flatten", [flat])], Int("axis", 1));

        string Squeeze(string value) => version < 13 ? graph.Node("Squeeze", [value], Ints("axes", 2, 3)) : graph.Node("Squeeze", [value, graph.Integers(2, 3)]);

        string Unsqueeze(string value) => version < 13 ? graph.Node("Unsqueeze", [value], Ints("axes", 2, 3)) : graph.Node("Unsqueeze", [value, graph.Integers(2, 3)]);
    }
}
