using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx.Tests;

/// <summary>Weights that several layers share, and what weights are called in their file.</summary>
public sealed class SharedWeightsTests : PatternTests
{
    const string Note = "Weights that several layers of the file share are parameters of each layer here";

    [Theory]
    [InlineData(nameof(Element.Float), 30)]
    [InlineData(nameof(Element.Float16), 30)]
    [InlineData(nameof(Element.Bfloat16), 30)]
    public void Many_layers_may_share_weights_of_any_precision(string precision, int layers)
    {
        string path = Graph.Save(Folder, Shared(Enum.Parse<Element>(precision), layers));
        OnnxImport.Read(path, "Net").ToDeclaration().Should().Contain("Stage1").And.Contain(Note);
    }

    [Fact]
    public void Few_bytes_that_become_weights_of_very_many_layers_are_refused()
    {
        string path = Graph.Save(Folder, Shared(Element.Float16, layers: 100));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*the graph computes more than * numbers, which is what a file of this length may*");
    }

    [Fact]
    public void Half_precision_outside_the_file_may_be_shared_as_often()
    {
        string y = Shared(Element.Float16, layers: 30);
        var tensor = Graph.Graph.Initializer[^1];
        File.WriteAllBytes(Path.Combine(Folder.FullName, "weights.bin"), tensor.RawData.ToByteArray());
        tensor.ClearRawData();
        tensor.DataLocation = Location.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
        OnnxImport.Read(Graph.Save(Folder, y), "Net").ToDeclaration().Should().Contain("Stage1");
    }

    [Fact]
    public void Shared_matrices_are_noted_though_each_layer_turns_its_own()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]), weights = Graph.Weights(4, 4);
        Agrees(Graph.Node("MatMul", [Graph.Node("Relu", [Graph.Node("MatMul", [x, weights])]), weights])).Should().Contain(Note);
    }

    [Fact]
    public void Bounds_and_shapes_that_nodes_share_are_no_weights()
    {
        string scale = Graph.Floats([4, 1, 1], 1, 2, 3, 4), six = Graph.Floats([], 6), zero = Graph.Floats([], 0);
        string x = Graph.Node("Clip", [Graph.Node("Mul", [Conv(), scale]), zero, six]);
        Agrees(Graph.Node("Clip", [Graph.Node("Add", [x, Graph.Weights(4, 1, 1)]), zero, six])).Should().NotContain(Note);
    }

    [Fact]
    public void Weights_have_the_name_of_the_numbers_that_they_are()
    {
        string x = Graph.Input(0, 3, 9, 8), half = Graph.Weights(Element.Float16, 4, 3, 3, 3), same = Graph.Node("Identity", [half]);
        string computed = Graph.Node("Slice", [Graph.Weights(8, 4, 3, 3), Graph.Integers(0), Graph.Integers(4), Graph.Integers(0)]);
        var tensor = new TensorProto { DataType = 1, Dims = { 4 }, FloatData = { 1, 2, 3, 4 } };
        string bias = Graph.Node("Constant", [], new AttributeProto { Name = "value", Type = AttributeProto.Types.Kind.Tensor, T = tensor });
        string path = Graph.Save(Folder, Graph.Node("Conv", [Graph.Node("Conv", [x, same, bias]), computed, Graph.Weights(4)]));

        OnnxImport.Read(path).OriginalNames.Should().Equal(new Dictionary<string, string>
        {
            ["Conv1.weight"] = Graph.Graph.Initializer[0].Name, ["Conv1.bias"] = bias, ["Conv2.bias"] = Graph.Graph.Initializer[^1].Name,
        });
    }

    string Shared(Element type, int layers)
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(64, 3, 3, 3)]), weights;
        if (type == Element.Float)
        {
            weights = Graph.Weights(64, 64, 3, 3);
        }
        else
        {
            // The initialiser itself, without the node that makes it float32.
            Graph.Weights(type, 64, 64, 3, 3);
            Graph.Graph.Node.RemoveAt(Graph.Graph.Node.Count - 1);
            weights = Graph.Graph.Initializer[^1].Name;
        }

        for (int i = 0; i < layers; i++) x = Graph.Node("Conv", [x, weights], Ints("pads", 1, 1, 1, 1));
        return x;
    }
}
