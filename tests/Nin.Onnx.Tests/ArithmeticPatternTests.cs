using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Sums and products as exporters and people write them.</summary>
public sealed class ArithmeticPatternTests : PatternTests
{
    [Theory]
    [InlineData("x * (clip / 6)")]
    [InlineData("(x * clip) / 6")]
    [InlineData("(clip * x) * (1 / 6)")]
    [InlineData("(x / 6) * clip")]
    public void Hard_swish_of_several_nodes_is_one_layer(string written)
    {
        string x = Conv(), six = Graph.Floats([], 6), clip = HardGate(x);
        string y = written switch
        {
            "x * (clip / 6)" => Graph.Node("Mul", [x, Graph.Node("Div", [clip, six])]),
            "(x * clip) / 6" => Graph.Node("Div", [Graph.Node("Mul", [x, clip]), six]),
            "(clip * x) * (1 / 6)" => Graph.Node("Mul", [Graph.Node("Mul", [clip, x]), Graph.Floats([], 1 / 6f)]),
            _ => Graph.Node("Mul", [Graph.Node("Div", [x, six]), clip]),
        };
        Agrees(y).Should().Contain("HardSwish").And.NotContain("BatchNorm2d");
    }

    [Fact]
    public void Hard_sigmoid_of_several_nodes_is_one_layer() =>
        Agrees(Graph.Node("Div", [HardGate(Conv()), Graph.Floats([], 6)])).Should().Contain("HardSigmoid").And.NotContain("BatchNorm2d");

    [Fact]
    public void What_only_begins_as_hard_swish_does_is_read_as_it_is()
    {
        string x = Conv(), clip = HardGate(x);
        Agrees(Graph.Node("Add", [Graph.Node("Mul", [x, clip]), Graph.Node("Mul", [clip, Graph.Floats([], 0.5f)])]))
            .Should().Contain("Relu6").And.Contain("Multiply").And.NotContain("HardSwish");
    }

    [Fact]
    public void What_begins_as_hard_swish_may_be_read_twice()
    {
        string clip = HardGate(Conv());
        Agrees(Graph.Node("Concat", [Graph.Node("Tanh", [clip]), Graph.Node("Sigmoid", [clip])], Int("axis", 1))).Should().NotContain("Hard");
    }

    [Theory, InlineData("Add"), InlineData("Mul")]
    public void A_value_may_be_combined_with_itself(string operation)
    {
        string x = Conv();
        Agrees(Graph.Node(operation, [x, x]));
    }

    [Fact]
    public void A_bias_for_each_example_is_refused()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        string path = Graph.Save(Folder, Graph.Node("Gemm", [x, Graph.Weights(4, 5), Graph.Weights(5, 1)]));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<NotSupportedException>().WithMessage("*its bias has the shape ?5, 1?, another one for each example of a batch*");
    }

    [Fact]
    public void One_row_of_biases_is_that_of_every_example()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        Agrees(Graph.Node("Gemm", [x, Graph.Weights(4, 5), Graph.Weights(1, 5)]));
    }

    [Fact]
    public void All_nodes_that_are_refused_are_listed_with_what_is_malformed()
    {
        string x = Conv();
        string[] refused = [.. Enumerable.Range(0, 30).Select(_ => Graph.Node("Celu", [x])), Graph.Node("Det", [x])];
        string malformed = Graph.Node("Conv", [x, Graph.Weights(4, 9, 3, 3)]);
        string path = Graph.Save(Folder, Graph.Node("Concat", [.. refused, malformed], Int("axis", 1)));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage(
            $"*node '{malformed}'*; the file also has 31 nodes that cannot be imported: '{refused[0]}', '{refused[1]}', '{refused[2]}', '{refused[3]}' and 26 more (Celu): "
            + "the operator has no counterpart; 'Det_*' (Det): the operator has no counterpart.");
    }

    [Fact]
    public void Numbers_after_a_layer_that_others_read_are_a_layer_of_their_own()
    {
        string x = Conv(), twice = Graph.Node("Mul", [x, Graph.Floats([], 2)]);
        string shifted = Graph.Node("Add", [twice, Graph.Weights(1, 4, 1, 1)]), relu = Graph.Node("Relu", [twice]);
        Agrees(Graph.Node("Add", [Graph.Node("Add", [shifted, relu]), x])).Should().Contain("Groups = 4");
    }

    [Fact]
    public void Numbers_after_a_product_that_two_read_are_applied_once_to_each()
    {
        string twice = Graph.Node("Mul", [Conv(), Graph.Weights(1, 4, 1, 1)]);
        Agrees(Graph.Node("Add", [Graph.Node("Sigmoid", [twice]), Graph.Node("Add", [twice, Graph.Floats([], 1)])])).Should().Contain("Groups = 4");
    }

    [Fact]
    public void Numbers_after_a_linear_layer_are_folded_into_it()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        string y = Graph.Node("Gemm", [x, Graph.Weights(4, 5), Graph.Weights(5)]);
        Agrees(Graph.Node("Relu", [Graph.Node("Add", [Graph.Node("Mul", [y, Graph.Weights(5)]), Graph.Weights(1, 5)])])).Should().NotContain("BatchNorm2d");
    }

    // max(0, min(6, x + 3))
    string HardGate(string x) => Graph.Node("Clip", [Graph.Node("Add", [x, Graph.Floats([], 3)]), Graph.Floats([], 0), Graph.Floats([], 6)]);
}
