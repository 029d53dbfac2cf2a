using static Nin.Onnx.GraphWriter;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx.Tests;

/// <summary>What exporters write for one layer with several nodes, and what they fold, is read as that layer and answers as in ONNX Runtime.</summary>
public sealed class ExporterPatternTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");
    readonly GraphBuilder graph = new();

    [Fact]
    public void Sigmoid_times_its_input_is_SiLU()
    {
        string x = Conv();
        Agrees(graph.Node("Mul", [x, graph.Node("Sigmoid", [x])])).Should().Contain("[Silu]").And.NotContain("Sigmoid");
    }

    [Fact]
    public void Hard_sigmoid_times_its_input_is_hard_swish()
    {
        string x = Conv();
        Agrees(graph.Node("Mul", [graph.Node("HardSigmoid", [x], Float("alpha", 1 / 6f)), x])).Should().Contain("[HardSwish]").And.NotContain("HardSigmoid");
    }

    [Fact]
    public void The_five_nodes_of_GELU_are_GELU()
    {
        string x = Conv();
        string erf = graph.Node("Erf", [graph.Node("Div", [x, graph.Floats([], MathF.Sqrt(2))])]);
        string product = graph.Node("Mul", [x, graph.Node("Add", [erf, graph.Floats([], 1)])]);
        Agrees(graph.Node("Mul", [product, graph.Floats([], 0.5f)])).Should().Contain("[Gelu]");
    }

    [Fact]
    public void Zero_padding_before_a_convolution_is_its_padding()
    {
        string padded = graph.Node("Pad", [graph.Input(0, 3, 9, 8), graph.Integers(0, 0, 1, 0, 0, 0, 2, 3)]);
        string y = graph.Node("Conv", [padded, graph.Weights(4, 3, 3, 3)], Ints("pads", 0, 1, 0, 0));
        Agrees(y).Should().Contain("[Conv2d(4, Kernel = 3, PaddingTop = 1, PaddingLeft = 1, PaddingBottom = 2, PaddingRight = 3, Bias = false)]");
    }

    [Fact]
    public void Zero_padding_before_a_maximum_of_what_is_not_negative_is_its_padding()
    {
        string padded = graph.Node("Pad", [graph.Node("Relu", [Conv()]), graph.Integers(0, 0, 1, 0, 0, 0, 1, 1)]);
        Agrees(graph.Node("MaxPool", [padded], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2)))
            .Should().Contain("[MaxPool2d(3, Stride = 2, PaddingTop = 1, PaddingBottom = 1, PaddingRight = 1)]");
    }

    [Fact]
    public void Zero_padding_before_a_mean_is_padding_that_counts()
    {
        string padded = graph.Node("Pad", [Conv(), graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        Agrees(graph.Node("AveragePool", [padded], Ints("kernel_shape", 3, 3))).Should().Contain("[AvgPool2d(3, Stride = 1, Padding = 1)]");
    }

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    [InlineData("VALID")]
    public void Automatic_padding_becomes_numbers(string mode)
    {
        var auto = new Schema.AttributeProto { Name = "auto_pad", Type = Schema.AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8(mode) };
        Agrees(graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 4, 3)], auto, Ints("strides", 2, 1)));
    }

    [Fact]
    public void Automatic_padding_after_zero_padding_is_of_the_padded_image()
    {
        string padded = graph.Node("Pad", [graph.Input(0, 3, 9, 8), graph.Integers(0, 0, 1, 0, 0, 0, 2, 3)]);
        var auto = new Schema.AttributeProto { Name = "auto_pad", Type = Schema.AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8("SAME_UPPER") };
        Agrees(graph.Node("Conv", [padded, graph.Weights(4, 3, 4, 3)], auto, Ints("strides", 3, 2)));
    }

    [Fact]
    public void The_shape_arithmetic_of_view_is_flattening()
    {
        string x = Conv();
        string size = graph.Node("Gather", [graph.Node("Shape", [x]), graph.Integers(0)], Int("axis", 0));
        string shape = graph.Node("Concat", [size, graph.Integers(-1)], Int("axis", 0));
        Agrees(graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void A_product_and_a_sum_are_a_linear_layer_with_bias()
    {
        string x = graph.Node("Squeeze", [graph.Node("GlobalAveragePool", [Conv()]), graph.Integers(2, 3)]);
        Agrees(graph.Node("Add", [graph.Node("MatMul", [x, graph.Weights(4, 5)]), graph.Weights(5)])).Should().Contain("[Linear(5)]").And.NotContain("BatchNorm");
    }

    [Fact]
    public void Gemm_with_factors_is_a_linear_layer()
    {
        string x = graph.Node("ReduceMean", [Conv()], Ints("axes", 2, 3), Int("keepdims", 0));
        Agrees(graph.Node("Gemm", [x, graph.Weights(4, 5), graph.Weights(5)], Float("alpha", 0.5), Float("beta", 2))).Should().Contain("[Linear(5)]");
    }

    [Fact]
    public void Normalisation_of_the_input_by_channel_is_kept()
    {
        string x = graph.Input(0, 3, 9, 8);
        string normal = graph.Node("Div", [graph.Node("Sub", [x, graph.Floats([1, 3, 1, 1], 0.4f, 0.5f, 0.6f)]), graph.Floats([3, 1, 1], 0.2f, 0.25f, 0.3f)]);
        Agrees(graph.Node("Conv", [normal, graph.Weights(4, 3, 3, 3)], Ints("pads", 1, 1, 1, 1))).Should().Contain("[BatchNorm2d]").And.Contain("freeze it");
    }

    [Fact]
    public void A_normalisation_that_nobody_folded_is_read_as_what_it_computes()
    {
        // scale / sqrt(variance + epsilon) and shift - mean times that, all of numbers of the file, in shapes that are broadcast.
        string variance = graph.Floats([4], 1, 2, 0.5f, 4), mean = graph.Weights(1, 4), scale = graph.Weights(1, 4), shift = graph.Weights(1, 4);
        string deviation = graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Floats([], 1e-3f)])]);
        string factor = graph.Node("Mul", [scale, graph.Node("Reciprocal", [deviation])]);
        string term = graph.Node("Add", [shift, graph.Node("Neg", [graph.Node("Mul", [mean, factor])])]);
        string x = graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3)]);
        string product = graph.Node("Mul", [x, graph.Node("Reshape", [factor, graph.Integers(4, 1, 1)])]);
        Agrees(graph.Node("Add", [product, graph.Node("Reshape", [term, graph.Integers(1, 4, 1, 1)])])).Should().Contain("[BatchNorm2d]");
    }

    [Fact]
    public void Numbers_of_a_column_and_of_a_row_make_a_table()
    {
        string table = graph.Node("Mul", [graph.Weights(4, 1), graph.Node("Pow", [graph.Weights(1, 5), graph.Floats([], 2)])]);
        string biases = graph.Node("ConstantOfShape", [graph.Integers(5)]);
        string x = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [Conv()])]);
        Agrees(graph.Node("Gemm", [x, graph.Node("Add", [table, graph.Weights(5)]), biases])).Should().Contain("[Linear(5)]");
    }

    [Fact]
    public void The_negative_of_a_value_is_computed() => Agrees(graph.Node("Relu", [graph.Node("Neg", [Conv()])])).Should().Contain("[BatchNorm2d");

    [Fact]
    public void A_sum_after_a_convolution_that_something_else_reads_is_no_bias()
    {
        string x = graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3)]);
        Agrees(graph.Node("Concat", [graph.Node("Add", [x, graph.Weights(4, 1, 1)]), x], Int("axis", 1)));
    }

    [Fact]
    public void Softmax_at_the_end_is_left_out_and_said()
    {
        string x = graph.Node("Flatten", [graph.Node("GlobalMaxPool", [Conv()])]);
        var imported = OnnxImport.Read(graph.Save(folder, graph.Node("Softmax", [x])), "Net");
        imported.Layers[^1].Kind.Should().Be("Flatten");
        imported.ToDeclaration().Should().Contain("Softmax at the end is left out");
    }

    [Theory]
    [InlineData(0, 6, "Relu6")]
    [InlineData(0, float.MaxValue, "Relu")]
    [InlineData(-0.25f, 0.5f, "HardTanh(-0.25, 0.5)")]
    [InlineData(-0.1f, 0.3f, "HardTanh(-0.1, 0.3)")]
    [InlineData(-0.25f, float.MaxValue, "HardTanh(-0.25, 3.4028234663852886E+38)")]
    [InlineData(float.NegativeInfinity, 0.125f, "HardTanh(-3.4028234663852886E+38, 0.125)")]
    public void Clipping_is_an_activation(float least, float most, string activation) =>
        Agrees(graph.Node("Clip", [Conv(), graph.Floats([], least), graph.Floats([], most)])).Should().Contain($"[{activation}]");

    [Fact]
    public void Squeeze_and_excitation_is_read()
    {
        string x = Conv();
        string gate = graph.Node("Conv", [graph.Node("GlobalAveragePool", [x]), graph.Weights(4, 4, 1, 1), graph.Weights(4)]);
        Agrees(graph.Node("Mul", [x, graph.Node("Sigmoid", [gate])])).Should().Contain("[Multiply(nameof(Conv1), nameof(Sigmoid1))]");
    }

    [Theory]
    [InlineData("Reshape")]
    [InlineData("Unsqueeze")]
    [InlineData("Unsqueeze twice")]
    public void Squeeze_and_excitation_by_linear_layers_is_read(string back)
    {
        string x = Conv();
        string squeezed = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x])]);
        string hidden = graph.Node("Relu", [graph.Node("Gemm", [squeezed, graph.Weights(2, 4), graph.Weights(2)], Int("transB", 1))]);
        string gate = graph.Node("Sigmoid", [graph.Node("Add", [graph.Node("MatMul", [hidden, graph.Weights(2, 4)]), graph.Weights(4)])]);
        string image = back switch
        {
            "Reshape" => graph.Node("Reshape", [gate, graph.Integers(-1, 4, 1, 1)]),
            "Unsqueeze" => graph.Node("Unsqueeze", [gate, graph.Integers(2, 3)]),
            _ => graph.Node("Unsqueeze", [graph.Node("Unsqueeze", [gate, graph.Integers(-1)]), graph.Integers(-1)]),
        };
        Agrees(graph.Node("Mul", [x, image]))
            .Should().Contain("[Pointwise(2)]").And.Contain("[Pointwise(4)]").And.Contain("[Multiply(nameof(Conv1), nameof(Sigmoid1))]").And.NotContain("Linear").And.NotContain("Flatten");
    }

    [Fact]
    public void A_sum_after_another_name_of_a_convolution_that_something_reads_is_no_bias()
    {
        string x = graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3)]), same = graph.Node("Identity", [x]), relu = graph.Node("Relu", [x]);
        Agrees(graph.Node("Add", [graph.Node("Add", [same, graph.Weights(4, 1, 1)]), relu]));
    }

    [Fact]
    public void A_gate_that_is_made_an_image_twice_is_one_gate_and_what_else_reads_its_layers_keeps_them()
    {
        string x = Conv(), squeezed = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x])]);
        string gate = graph.Node("Sigmoid", [graph.Node("Gemm", [squeezed, graph.Weights(4, 4), graph.Weights(4)], Int("transB", 1))]);
        string once = graph.Node("Mul", [x, graph.Node("Unsqueeze", [gate, graph.Integers(2, 3)])]);
        string twice = graph.Node("Mul", [once, graph.Node("Reshape", [gate, graph.Integers(-1, 4, 1, 1)])]);
        string declaration = Agrees(graph.Node("Concat", [gate, graph.Node("Flatten", [twice])], Int("axis", 1)));
        declaration.Should().Contain("training moves both apart");
        declaration.Split("Pointwise(4").Should().HaveCount(2, "one convolution is the gate of both");
    }

    [Fact]
    public void A_long_chain_of_features_does_not_end_the_process()
    {
        string x = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [Conv()])]);
        for (int i = 0; i < 50_000; i++) x = graph.Node("Relu", [x]);
        string path = graph.Save(folder, graph.Node("Unsqueeze", [x, graph.Integers(2, 3)]));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*50002 layers; 2000 are allowed*");
    }

    [Fact]
    public void Whole_numbers_are_divided_as_such()
    {
        string x = Conv(), half = graph.Node("Div", [graph.Node("Gather", [graph.Node("Shape", [x]), graph.Integers(1)]), graph.Integers(3)]);
        string shape = graph.Node("Concat", [graph.Integers(-1), graph.Node("Mul", [half, graph.Integers(4 * 7 * 6)])], Int("axis", 0));
        Agrees(graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void A_shape_of_real_numbers_is_refused() => FluentActions.Invoking(() => Agrees(graph.Node("Reshape", [Conv(), graph.Floats([2], -1, 168)])))
        .Should().Throw<NotSupportedException>().WithMessage("*must be whole numbers*");

    [Fact]
    public void Features_that_were_an_image_of_many_pixels_do_not_become_one_of_one_pixel()
    {
        string flat = graph.Node("Flatten", [Conv()]);
        FluentActions.Invoking(() => Agrees(graph.Node("Unsqueeze", [flat, graph.Integers(2, 3)])))
            .Should().Throw<NotSupportedException>().WithMessage("*features that a Flatten gives*");
    }

    [Fact]
    public void A_dilation_of_each_axis_is_kept()
    {
        string y = graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 2)], Ints("dilations", 2, 3), Ints("pads", 1, 2, 1, 2));
        Agrees(graph.Node("MaxPool", [y], Ints("kernel_shape", 2, 2), Ints("dilations", 1, 2)))
            .Should().Contain("DilationHeight = 2, DilationWidth = 3").And.Contain("DilationHeight = 1, DilationWidth = 2");
    }

    [Theory]
    [InlineData(nameof(Element.Double))]
    [InlineData(nameof(Element.Float16))]
    [InlineData(nameof(Element.Bfloat16))]
    public void Weights_of_other_precisions_are_read(string precision)
    {
        var type = Enum.Parse<Element>(precision);
        Agrees(graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(type, 4, 3, 3, 3), graph.Weights(type, 4)])).Should().Contain("[Conv2d(4, Kernel = 3)]");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_mean_whose_last_window_is_rounded_up_counts_as_the_runtimes(int padded) =>
        Agrees(graph.Node(
            "AveragePool", [Conv()], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), Int("ceil_mode", 1), Int("count_include_pad", padded)))
            .Should().Contain("CeilMode = true");

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    public void Automatic_padding_of_pooling_becomes_numbers(string operation)
    {
        var auto = new Schema.AttributeProto { Name = "auto_pad", Type = Schema.AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8("SAME_UPPER") };
        Agrees(graph.Node(operation, [Conv()], auto, Ints("kernel_shape", 3, 2), Ints("strides", 2, 2)));
    }

    [Fact]
    public void A_value_that_becomes_whole_numbers_is_refused() =>
        FluentActions.Invoking(() => Agrees(graph.Node("Cast", [Conv()], Int("to", (int)Element.Int64))))
            .Should().Throw<NotSupportedException>().WithMessage("*(Cast): it makes Int64 of a computed value*");

    [Fact]
    public void A_depthwise_convolution_keeps_its_groups()
    {
        string y = graph.Node("Conv", [Conv(), graph.Weights(8, 1, 3, 3), graph.Weights(8)], Int("group", 4), Ints("dilations", 2, 2));
        Agrees(y).Should().Contain("[Conv2d(8, Kernel = 3, Dilation = 2, Groups = 4)]");
    }

    [Fact]
    public void A_network_of_AlexNets_time_keeps_its_local_response_normalisation()
    {
        string Block(string x, string weights, string biases, params Schema.AttributeProto[] window)
        {
            string y = graph.Node("Relu", [graph.Node("Conv", [x, weights, biases], window)]);
            string normal = graph.Node("LRN", [y], Int("size", 5), Float("alpha", 0.5), Float("beta", 0.75), Float("bias", 2));
            return graph.Node("MaxPool", [normal], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2));
        }

        string first = Block(graph.Input(0, 3, 39, 37), graph.Weights(8, 3, 5, 5), graph.Weights(8), Ints("strides", 2, 2));
        string second = Block(first, graph.Weights(12, 4, 3, 3), graph.Weights(12), Int("group", 2), Ints("pads", 1, 1, 1, 1));
        string flat = graph.Node("Flatten", [second]);

        Agrees(graph.Node("Gemm", [flat, graph.Weights(9, 12 * 3 * 3), graph.Weights(9)], Int("transB", 1)))
            .Should().Contain("[LocalResponseNorm(5, Alpha = 0.5, Beta = 0.75, K = 2)]");
    }

    [Fact]
    public void A_window_of_channels_without_a_middle_is_refused() =>
        FluentActions.Invoking(() => Agrees(graph.Node("LRN", [Conv()], Int("size", 2)))).Should().Throw<NotSupportedException>().WithMessage("*its window has 2 channels*");

    [Fact]
    public void Slopes_of_channels_are_depthwise_convolutions_of_the_same_values() =>
        Agrees(graph.Node("PRelu", [Conv(), graph.Weights(4, 1, 1)])).Should().Contain("Groups = 4").And.Contain("[Add(");

    [Theory]
    [InlineData(0.2f, "[LeakyRelu(0.2)]")]
    [InlineData(-0.2f, "[Add(")]
    public void One_slope_is_a_leaky_ReLU_where_it_is_not_negative(float slope, string declared) =>
        Agrees(graph.Node("PRelu", [Conv(), graph.Floats([1], slope)])).Should().Contain(declared);

    [Fact]
    public void ELU_keeps_its_alpha() => Agrees(graph.Node("Elu", [Conv()], Float("alpha", 0.5))).Should().Contain("[Elu(0.5)]");

    [Fact]
    public void A_dilated_maximum_is_read() =>
        Agrees(graph.Node("MaxPool", [Conv()], Ints("kernel_shape", 2, 3), Ints("dilations", 2, 2), Ints("pads", 1, 1, 0, 1)))
            .Should().Contain("Dilation = 2");

    public void Dispose() => folder.Delete(recursive: true);

    string Conv() => graph.Node("Conv", [graph.Input(0, 3, 9, 8), graph.Weights(4, 3, 3, 3), graph.Weights(4)]);

    /// <summary>The declaration, which answers as ONNX Runtime does.</summary>
    string Agrees(string output)
    {
        string path = graph.Save(folder, output), weights = Path.Combine(folder.FullName, "weights.safetensors");
        var imported = OnnxImport.Read(path, "Net");
        imported.SaveWeights(weights);
        string declaration = imported.ToDeclaration();
        float[] images = Logits.Images(imported.Input, batch: 2);
        using var device = Device.Open("cpu");
        using var network = Declared.Load(declaration, "Net", device, weights);
        float[] logits = Logits.Of(network, images, batch: 2);
        Logits.ShouldAgree(logits, Logits.OfRuntime(path, imported.Input, images, batch: 2));
        using var model = OnnxModel.Load(path, device);
        model.Run(images, Layout.Nchw).Should().Equal(logits);
        return declaration;
    }
}
