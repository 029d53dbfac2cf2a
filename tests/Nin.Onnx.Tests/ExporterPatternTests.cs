using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx.Tests;

/// <summary>What exporters write for one layer with several nodes, and what they fold, is read as that layer.</summary>
public sealed class ExporterPatternTests : PatternTests
{
    [Fact]
    public void Sigmoid_times_its_input_is_SiLU()
    {
        string x = Conv();
        Agrees(Graph.Node("Mul", [x, Graph.Node("Sigmoid", [x])])).Should().Contain("[Silu]").And.NotContain("Sigmoid");
    }

    [Fact]
    public void Hard_sigmoid_times_its_input_is_hard_swish()
    {
        string x = Conv();
        Agrees(Graph.Node("Mul", [Graph.Node("HardSigmoid", [x], Float("alpha", 1 / 6f)), x])).Should().Contain("[HardSwish]").And.NotContain("HardSigmoid");
    }

    [Fact]
    public void The_five_nodes_of_GELU_are_GELU()
    {
        string x = Conv();
        string erf = Graph.Node("Erf", [Graph.Node("Div", [x, Graph.Floats([], MathF.Sqrt(2))])]);
        string product = Graph.Node("Mul", [x, Graph.Node("Add", [erf, Graph.Floats([], 1)])]);
        Agrees(Graph.Node("Mul", [product, Graph.Floats([], 0.5f)])).Should().Contain("[Gelu]");
    }

    [Fact]
    public void Zero_padding_before_a_convolution_is_its_padding()
    {
        string padded = Graph.Node("Pad", [Graph.Input(0, 3, 9, 8), Graph.Integers(0, 0, 1, 0, 0, 0, 2, 3)]);
        string y = Graph.Node("Conv", [padded, Graph.Weights(4, 3, 3, 3)], Ints("pads", 0, 1, 0, 0));
        Agrees(y).Should().Contain("[Conv2d(4, Kernel = 3, PaddingTop = 1, PaddingLeft = 1, PaddingBottom = 2, PaddingRight = 3, Bias = false)]");
    }

    [Fact]
    public void Zero_padding_before_a_maximum_of_what_is_not_negative_is_its_padding()
    {
        string padded = Graph.Node("Pad", [Graph.Node("Relu", [Conv()]), Graph.Integers(0, 0, 1, 0, 0, 0, 1, 1)]);
        Agrees(Graph.Node("MaxPool", [padded], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2)))
            .Should().Contain("[MaxPool2d(3, Stride = 2, PaddingTop = 1, PaddingBottom = 1, PaddingRight = 1)]");
    }

    [Fact]
    public void Zero_padding_before_a_mean_is_padding_that_counts()
    {
        string padded = Graph.Node("Pad", [Conv(), Graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        Agrees(Graph.Node("AveragePool", [padded], Ints("kernel_shape", 3, 3))).Should().Contain("[AvgPool2d(3, Stride = 1, Padding = 1)]");
    }

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    [InlineData("VALID")]
    public void Automatic_padding_becomes_numbers(string mode)
    {
        Agrees(Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 4, 3)], AutoPad(mode), Ints("strides", 2, 1)));
    }

    [Fact]
    public void Automatic_padding_after_zero_padding_is_of_the_padded_image()
    {
        string padded = Graph.Node("Pad", [Graph.Input(0, 3, 9, 8), Graph.Integers(0, 0, 1, 0, 0, 0, 2, 3)]);
        Agrees(Graph.Node("Conv", [padded, Graph.Weights(4, 3, 4, 3)], AutoPad("SAME_UPPER"), Ints("strides", 3, 2)));
    }

    [Fact]
    public void Normalisation_of_the_input_by_channel_is_kept()
    {
        string x = Graph.Input(0, 3, 9, 8);
        string normal = Graph.Node("Div", [Graph.Node("Sub", [x, Graph.Floats([1, 3, 1, 1], 0.4f, 0.5f, 0.6f)]), Graph.Floats([3, 1, 1], 0.2f, 0.25f, 0.3f)]);
        Agrees(Graph.Node("Conv", [normal, Graph.Weights(4, 3, 3, 3)], Ints("pads", 1, 1, 1, 1))).Should().Contain("[Conv2d(3, Kernel = 1, Groups = 3)]").And.Contain("unless it is frozen");
    }

    [Fact]
    public void A_normalisation_that_nobody_folded_is_read_as_what_it_computes()
    {
        // scale / sqrt(variance + epsilon) and shift - mean times that, all of numbers of the file, in shapes that are broadcast.
        string variance = Graph.Floats([4], 1, 2, 0.5f, 4), mean = Graph.Weights(1, 4), scale = Graph.Weights(1, 4), shift = Graph.Weights(1, 4);
        string deviation = Graph.Node("Sqrt", [Graph.Node("Add", [variance, Graph.Floats([], 1e-3f)])]);
        string factor = Graph.Node("Mul", [scale, Graph.Node("Reciprocal", [deviation])]);
        string term = Graph.Node("Add", [shift, Graph.Node("Neg", [Graph.Node("Mul", [mean, factor])])]);
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]);
        string product = Graph.Node("Mul", [x, Graph.Node("Reshape", [factor, Graph.Integers(4, 1, 1)])]);
        Agrees(Graph.Node("Add", [product, Graph.Node("Reshape", [term, Graph.Integers(1, 4, 1, 1)])])).Should().Contain("[Conv2d(4, Kernel = 3)]\npublic", "it is folded into the convolution");
    }

    [Fact]
    public void The_negative_of_a_value_is_computed() => Agrees(Graph.Node("Relu", [Graph.Node("Neg", [Conv()])])).Should().NotContain("BatchNorm2d").And.NotContain("Groups");

    [Fact]
    public void A_sum_after_a_convolution_that_something_else_reads_is_no_bias()
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]);
        Agrees(Graph.Node("Concat", [Graph.Node("Add", [x, Graph.Weights(4, 1, 1)]), x], Int("axis", 1)));
    }

    [Theory]
    [InlineData(0, 6, "Relu6")]
    [InlineData(0, float.MaxValue, "Relu")]
    [InlineData(-0.25f, 0.5f, "HardTanh(-0.25, 0.5)")]
    [InlineData(-0.1f, 0.3f, "HardTanh(-0.1, 0.3)")]
    [InlineData(-0.25f, float.MaxValue, "HardTanh(-0.25, 3.4028234663852886E+38)")]
    [InlineData(float.NegativeInfinity, 0.125f, "HardTanh(-3.4028234663852886E+38, 0.125)")]
    public void Clipping_is_an_activation(float least, float most, string activation) =>
        Agrees(Graph.Node("Clip", [Conv(), Graph.Floats([], least), Graph.Floats([], most)])).Should().Contain($"[{activation}]");

    [Fact]
    public void A_dilation_of_each_axis_is_kept()
    {
        string y = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 2)], Ints("dilations", 2, 3), Ints("pads", 1, 2, 1, 2));
        Agrees(Graph.Node("MaxPool", [y], Ints("kernel_shape", 2, 2), Ints("dilations", 1, 2)))
            .Should().Contain("DilationHeight = 2, DilationWidth = 3").And.Contain("DilationHeight = 1, DilationWidth = 2");
    }

    [Theory]
    [InlineData(nameof(Element.Double))]
    [InlineData(nameof(Element.Float16))]
    [InlineData(nameof(Element.Bfloat16))]
    public void Weights_of_other_precisions_are_read(string precision)
    {
        var type = Enum.Parse<Element>(precision);
        Agrees(Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(type, 4, 3, 3, 3), Graph.Weights(type, 4)])).Should().Contain("[Conv2d(4, Kernel = 3)]");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_mean_whose_last_window_is_rounded_up_counts_as_the_runtimes(int padded) =>
        Agrees(Graph.Node(
            "AveragePool", [Conv()], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), Int("ceil_mode", 1), Int("count_include_pad", padded)))
            .Should().Contain("CeilMode = true");

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Automatic_padding_of_pooling_becomes_numbers(string operation)
    {
        Agrees(Graph.Node(operation, [Conv()], AutoPad("SAME_UPPER"), Ints("kernel_shape", 3, 2), Ints("strides", 2, 2)));
    }

    [Fact]
    public void A_value_that_becomes_whole_numbers_is_refused() =>
        FluentActions.Invoking(() => Agrees(Graph.Node("Cast", [Conv()], Int("to", (int)Element.Int64))))
            .Should().Throw<NotSupportedException>().WithMessage("*(Cast): it makes Int64 of a computed value*");

    [Fact]
    public void A_depthwise_convolution_keeps_its_groups()
    {
        string y = Graph.Node("Conv", [Conv(), Graph.Weights(8, 1, 3, 3), Graph.Weights(8)], Int("group", 4), Ints("dilations", 2, 2));
        Agrees(y).Should().Contain("[Conv2d(8, Kernel = 3, Dilation = 2, Groups = 4)]");
    }

    [Fact]
    public void A_network_of_AlexNets_time_keeps_its_local_response_normalisation()
    {
        string Block(string x, string weights, string biases, params AttributeProto[] window)
        {
            string y = Graph.Node("Relu", [Graph.Node("Conv", [x, weights, biases], window)]);
            string normal = Graph.Node("LRN", [y], Int("size", 5), Float("alpha", 0.5), Float("beta", 0.75), Float("bias", 2));
            return Graph.Node("MaxPool", [normal], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2));
        }

        string first = Block(Graph.Input(0, 3, 39, 37), Graph.Weights(8, 3, 5, 5), Graph.Weights(8), Ints("strides", 2, 2));
        string second = Block(first, Graph.Weights(12, 4, 3, 3), Graph.Weights(12), Int("group", 2), Ints("pads", 1, 1, 1, 1));
        string flat = Graph.Node("Flatten", [second]);

        Agrees(Graph.Node("Gemm", [flat, Graph.Weights(9, 12 * 3 * 3), Graph.Weights(9)], Int("transB", 1)))
            .Should().Contain("[LocalResponseNorm(5, Alpha = 0.5, Beta = 0.75, K = 2)]");
    }

    [Fact]
    public void A_window_of_channels_without_a_middle_is_refused() =>
        FluentActions.Invoking(() => Agrees(Graph.Node("LRN", [Conv()], Int("size", 2)))).Should().Throw<NotSupportedException>().WithMessage("*its window has 2 channels*");

    [Fact]
    public void Slopes_of_channels_are_depthwise_convolutions_of_the_same_values() =>
        Agrees(Graph.Node("PRelu", [Conv(), Graph.Weights(4, 1, 1)])).Should().Contain("Groups = 4").And.Contain("[Add(");

    [Theory]
    [InlineData(0.2f, "[LeakyRelu(0.2)]")]
    [InlineData(-0.2f, "[Add(")]
    public void One_slope_is_a_leaky_ReLU_where_it_is_not_negative(float slope, string declared) =>
        Agrees(Graph.Node("PRelu", [Conv(), Graph.Floats([1], slope)])).Should().Contain(declared);

    [Fact]
    public void ELU_keeps_its_alpha() => Agrees(Graph.Node("Elu", [Conv()], Float("alpha", 0.5))).Should().Contain("[Elu(0.5)]");

    [Fact]
    public void A_dilated_maximum_is_read() =>
        Agrees(Graph.Node("MaxPool", [Conv()], Ints("kernel_shape", 2, 3), Ints("dilations", 2, 2), Ints("pads", 1, 1, 0, 1)))
            .Should().Contain("Dilation = 2");

    [Fact]
    public void A_negative_leaky_ReLU_is_computed() =>
        Agrees(Graph.Node("LeakyRelu", [Conv()], Float("alpha", -0.5))).Should().Contain("[Add(");

    [Theory]
    [InlineData(nameof(Element.Float16))]
    [InlineData(nameof(Element.Bfloat16))]
    public void GELU_whose_root_of_two_was_rounded_is_GELU(string precision)
    {
        // Within its rounding; the numbers that the layers were written with are not ours to compare.
        float root = precision == nameof(Element.Float16) ? (float)(Half)MathF.Sqrt(2) : 1.4140625f;
        string x = Conv(), erf = Graph.Node("Erf", [Graph.Node("Div", [x, Graph.Floats([], root)])]);
        string gelu = Graph.Node("Mul", [Graph.Node("Mul", [x, Graph.Node("Add", [erf, Graph.Floats([], 1)])]), Graph.Floats([], 0.5f)]);
        Agrees(gelu).Should().Contain("[Gelu]");
    }

    [Fact]
    public void Indices_of_a_maximum_that_nothing_reads_are_left_out()
    {
        string y = Graph.Node("MaxPool", [Conv()], Ints("kernel_shape", 2, 2));
        Graph.Graph.Node[^1].Output.Add("indices");
        Agrees(y).Should().Contain("[MaxPool2d(2, Stride = 1)]");
    }

    [Fact]
    public void Indices_of_a_maximum_that_are_read_are_refused()
    {
        string x = Conv(), y = Graph.Node("MaxPool", [x], Ints("kernel_shape", 2, 2));
        Graph.Graph.Node[^1].Output.Add("indices");
        string both = Graph.Node("Concat", [y, Graph.Node("Cast", ["indices"], Int("to", (int)Element.Float))], Int("axis", 1));
        FluentActions.Invoking(() => Agrees(both)).Should().Throw<NotSupportedException>().WithMessage("*what it gives as 'indices' is read too; only its first output is supported*");
    }

    [Fact]
    public void Nodes_and_inputs_that_the_output_does_not_need_are_not_read()
    {
        string x = Conv();
        Graph.Node("Celu", [x]);
        Graph.Graph.Input.Add(new ValueInfoProto { Name = "lengths", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 7 } } });
        string path = Graph.Save(Folder, Graph.Node("Relu", [x]));
        var imported = OnnxImport.Read(path, "Net");
        imported.Layers.Select(l => l.Kind).Should().Equal("Conv2d", "Relu");
    }

    [Fact]
    public void A_sum_after_a_convolution_whose_other_reader_nothing_needs_is_its_bias()
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]), y = Graph.Node("Add", [x, Graph.Weights(4, 1, 1)]);
        Graph.Node("Relu", [x]);
        Agrees(y).Should().Contain("[Conv2d(4, Kernel = 3)]").And.NotContain("BatchNorm");
    }

    [Fact]
    public void Many_layers_may_share_their_weights()
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(64, 3, 3, 3)]), weights = Graph.Weights(64, 64, 3, 3);
        for (int i = 0; i < 12; i++) x = Graph.Node("Conv", [x, weights], Ints("pads", 1, 1, 1, 1));
        Agrees(x).Should().Contain("[LayersOf<NetBlock>(Times = 12, Name = \"Stage1\", Filters = 64)]");
    }

    [Fact]
    public void Dropout_of_training_is_noted()
    {
        string ratio = Graph.Floats([], 0.25f);
        Graph.Graph.Initializer.Add(new TensorProto { Name = "training", DataType = (int)Element.Bool, RawData = Google.Protobuf.ByteString.CopyFrom(1) });
        string path = Graph.Save(Folder, Graph.Node("Dropout", [Conv(), ratio, "training"]));
        OnnxImport.Read(path, "Net").ToDeclaration().Should().Contain("[Dropout(0.25)]").And.Contain("drops at random");
    }

    [Fact]
    public void Normalisation_of_training_is_refused_in_the_form_of_older_operator_sets()
    {
        var old = new GraphBuilder(operatorSet: 9);
        string[] statistics = [old.Weights(3), old.Weights(3), old.Weights(3), old.Floats([3], 1, 2, 1)];
        string y = old.Node("BatchNormalization", [old.Input(0, 3, 9, 8), .. statistics]);
        old.Graph.Node[^1].Output.AddRange(["mean", "variance", "saved_mean", "saved_variance"]);
        string path = old.Save(Folder, y);
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<NotSupportedException>().WithMessage("*it is exported for training*");
    }
}
