using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx.Tests;

/// <summary>What exporters write between an image and features, and the arithmetic on shapes around it, is read as what it amounts to.</summary>
public sealed class ShapePatternTests : PatternTests
{
    [Fact]
    public void The_shape_arithmetic_of_view_is_flattening()
    {
        string x = Conv();
        string size = Graph.Node("Gather", [Graph.Node("Shape", [x]), Graph.Integers(0)], Int("axis", 0));
        string shape = Graph.Node("Concat", [size, Graph.Integers(-1)], Int("axis", 0));
        Agrees(Graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void A_product_and_a_sum_are_a_linear_layer_with_bias()
    {
        string x = Graph.Node("Squeeze", [Graph.Node("GlobalAveragePool", [Conv()]), Graph.Integers(2, 3)]);
        Agrees(Graph.Node("Add", [Graph.Node("MatMul", [x, Graph.Weights(4, 5)]), Graph.Weights(5)])).Should().Contain("[Linear(5)]").And.NotContain("BatchNorm");
    }

    [Fact]
    public void Gemm_with_factors_is_a_linear_layer()
    {
        string x = Graph.Node("ReduceMean", [Conv()], Ints("axes", 2, 3), Int("keepdims", 0));
        Agrees(Graph.Node("Gemm", [x, Graph.Weights(4, 5), Graph.Weights(5)], Float("alpha", 0.5), Float("beta", 2))).Should().Contain("[Linear(5)]");
    }

    [Fact]
    public void Numbers_of_a_column_and_of_a_row_make_a_table()
    {
        string table = Graph.Node("Mul", [Graph.Weights(4, 1), Graph.Node("Pow", [Graph.Weights(1, 5), Graph.Floats([], 2)])]);
        string biases = Graph.Node("ConstantOfShape", [Graph.Integers(5)]);
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        Agrees(Graph.Node("Gemm", [x, Graph.Node("Add", [table, Graph.Weights(5)]), biases])).Should().Contain("[Linear(5)]");
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void Softmax_at_the_end_is_left_out_and_said(string operation)
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalMaxPool", [Conv()])]);
        Agrees(Graph.Node(operation, [x])).Should().Contain($"{operation} at the end is left out").And.NotContain("[Softmax");
    }

    [Fact]
    public void Softmax_at_the_end_may_be_made_of_another_precision()
    {
        string x = Graph.Node("Softmax", [Graph.Node("Flatten", [Graph.Node("GlobalMaxPool", [Conv()])])]);
        Agrees(Graph.Node("Identity", [Graph.Node("Cast", [x], Int("to", (int)Element.Float))])).Should().Contain("Softmax at the end is left out");
    }

    [Fact]
    public void Softmax_that_something_reads_is_refused()
    {
        string x = Graph.Node("Softmax", [Graph.Node("Flatten", [Graph.Node("GlobalMaxPool", [Conv()])])]);
        FluentActions.Invoking(() => Agrees(Graph.Node("Relu", [x])))
            .Should().Throw<NotSupportedException>().WithMessage("*(Relu): it reads a Softmax, which is supported only at the end of a network*");
    }

    [Fact]
    public void Squeeze_and_excitation_is_read()
    {
        string x = Conv();
        string gate = Graph.Node("Conv", [Graph.Node("GlobalAveragePool", [x]), Graph.Weights(4, 4, 1, 1), Graph.Weights(4)]);
        Agrees(Graph.Node("Mul", [x, Graph.Node("Sigmoid", [gate])])).Should().Contain("[Multiply(nameof(Conv1), nameof(Sigmoid1))]");
    }

    [Theory]
    [InlineData("Reshape")]
    [InlineData("Unsqueeze")]
    [InlineData("Unsqueeze twice")]
    public void Squeeze_and_excitation_by_linear_layers_is_read(string back)
    {
        string x = Conv();
        string squeezed = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [x])]);
        string hidden = Graph.Node("Relu", [Graph.Node("Gemm", [squeezed, Graph.Weights(2, 4), Graph.Weights(2)], Int("transB", 1))]);
        string gate = Graph.Node("Sigmoid", [Graph.Node("Add", [Graph.Node("MatMul", [hidden, Graph.Weights(2, 4)]), Graph.Weights(4)])]);
        string image = back switch
        {
            "Reshape" => Graph.Node("Reshape", [gate, Graph.Integers(-1, 4, 1, 1)]),
            "Unsqueeze" => Graph.Node("Unsqueeze", [gate, Graph.Integers(2, 3)]),
            _ => Graph.Node("Unsqueeze", [Graph.Node("Unsqueeze", [gate, Graph.Integers(-1)]), Graph.Integers(-1)]),
        };
        Agrees(Graph.Node("Mul", [x, image]))
            .Should().Contain("[Pointwise(2)]").And.Contain("[Pointwise(4)]").And.Contain("[Multiply(nameof(Conv1), nameof(Sigmoid1))]").And.NotContain("Linear").And.NotContain("Flatten");
    }

    [Fact]
    public void A_sum_after_another_name_of_a_convolution_that_something_reads_is_no_bias()
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]), same = Graph.Node("Identity", [x]), relu = Graph.Node("Relu", [x]);
        Agrees(Graph.Node("Add", [Graph.Node("Add", [same, Graph.Weights(4, 1, 1)]), relu]));
    }

    [Fact]
    public void A_gate_that_is_made_an_image_twice_is_one_gate_and_what_else_reads_its_layers_keeps_them()
    {
        string x = Conv(), squeezed = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [x])]);
        string gate = Graph.Node("Sigmoid", [Graph.Node("Gemm", [squeezed, Graph.Weights(4, 4), Graph.Weights(4)], Int("transB", 1))]);
        string once = Graph.Node("Mul", [x, Graph.Node("Unsqueeze", [gate, Graph.Integers(2, 3)])]);
        string twice = Graph.Node("Mul", [once, Graph.Node("Reshape", [gate, Graph.Integers(-1, 4, 1, 1)])]);
        string declaration = Agrees(Graph.Node("Concat", [gate, Graph.Node("Flatten", [twice])], Int("axis", 1)));
        declaration.Should().Contain("training moves both apart");
        declaration.Split("Pointwise(4").Should().HaveCount(2, "one convolution is the gate of both");
    }

    [Fact]
    public void A_long_chain_of_features_does_not_end_the_process()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        for (int i = 0; i < 50_000; i++) x = Graph.Node("Relu", [x]);
        string path = Graph.Save(Folder, Graph.Node("Unsqueeze", [x, Graph.Integers(2, 3)]));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*50002 layers; 2000 are allowed*");
    }

    [Fact]
    public void Whole_numbers_are_divided_as_such()
    {
        string x = Conv(), half = Graph.Node("Div", [Graph.Node("Gather", [Graph.Node("Shape", [x]), Graph.Integers(1)]), Graph.Integers(3)]);
        string shape = Graph.Node("Concat", [Graph.Integers(-1), Graph.Node("Mul", [half, Graph.Integers(4 * 7 * 6)])], Int("axis", 0));
        Agrees(Graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void A_shape_of_real_numbers_is_refused() => FluentActions.Invoking(() => Agrees(Graph.Node("Reshape", [Conv(), Graph.Floats([2], -1, 168)])))
        .Should().Throw<NotSupportedException>().WithMessage("*must be whole numbers*");

    [Fact]
    public void Features_that_were_an_image_of_many_pixels_do_not_become_one_of_one_pixel()
    {
        string flat = Graph.Node("Flatten", [Conv()]);
        FluentActions.Invoking(() => Agrees(Graph.Node("Unsqueeze", [flat, Graph.Integers(2, 3)])))
            .Should().Throw<NotSupportedException>().WithMessage("*features that a Flatten gives*");
    }

    [Fact]
    public void A_part_of_the_shape_is_taken()
    {
        // As torch.export writes x.view(x.size(0), -1).
        string x = Conv(), first = Graph.Node("Shape", [x], Int("start", 0), Int("end", 1));
        string number = Graph.Node("Squeeze", [first, Graph.Integers(0)]);
        string shape = Graph.Node("Concat", [Graph.Node("Reshape", [number, Graph.Integers(-1)]), Graph.Integers(-1)], Int("axis", 0));
        Agrees(Graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void Numbers_lose_the_axes_that_are_named_alone()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        string row = Graph.Node("Squeeze", [Graph.Weights(1, 4, 1), Graph.Integers(0)]);
        Agrees(Graph.Node("MatMul", [x, row])).Should().Contain("[Linear(1, Bias = false)]");
    }

    [Fact]
    public void An_axis_of_many_numbers_cannot_be_left_out()
    {
        string x = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        FluentActions.Invoking(() => Agrees(Graph.Node("MatMul", [x, Graph.Node("Squeeze", [Graph.Weights(1, 4, 1), Graph.Integers(1)])])))
            .Should().Throw<InvalidDataException>().WithMessage("*leaves out the axes 1 of numbers of the shape ?1, 4, 1]*");
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    [InlineData(-1, -1)]
    public void Height_and_width_of_a_pixel_are_left_out_one_by_one(int first, int second)
    {
        string x = Graph.Node("GlobalAveragePool", [Conv()]);
        Agrees(Graph.Node("Squeeze", [Graph.Node("Squeeze", [x, Graph.Integers(first)]), Graph.Integers(second)])).Should().Contain("Flatten]");
    }

    [Theory]
    [InlineData(3, 2, false)]
    [InlineData(-1, -1, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    [InlineData(-1, -2, true)]
    public void The_mean_over_one_axis_and_then_the_other_is_that_of_all_pixels(int first, int second, bool kept)
    {
        string half = Graph.Node("ReduceMean", [Conv()], Ints("axes", first), Int("keepdims", kept ? 1 : 0));
        Agrees(Graph.Node("ReduceMean", [half], Ints("axes", second), Int("keepdims", kept ? 1 : 0))).Should().Contain("GlobalAvgPool2d");
    }

    [Fact]
    public void The_mean_over_one_axis_alone_is_refused()
    {
        string half = Graph.Node("ReduceMean", [Conv()], Ints("axes", 3), Int("keepdims", 1));
        FluentActions.Invoking(() => Agrees(Graph.Node("Relu", [half]))).Should().Throw<NotSupportedException>().WithMessage("*the mean over one of height and width is on its own*");
    }

    [Fact]
    public void A_batch_that_the_file_fixes_is_as_good_as_an_open_one()
    {
        string x = Graph.Node("Conv", [Graph.Input(2, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]);
        Agrees(Graph.Node("Reshape", [x, Graph.Integers(2, -1)])).Should().Contain("Flatten]");
    }

    [Fact]
    public void A_batch_of_minus_one_is_an_open_one() =>
        Agrees(Graph.Node("Conv", [Graph.Input(-1, 3, 9, 8), Graph.Weights(4, 3, 3, 3)])).Should().Contain("[Network(3, 9, 8");

    [Fact]
    public void A_slice_to_the_largest_number_is_one_to_the_end()
    {
        var old = new GraphBuilder(operatorSet: 9);
        string x = old.Node("Conv", [old.Input(0, 3, 9, 8), old.Weights(4, 3, 3, 3)]), shape = old.Node("Shape", [x]);
        AttributeProto Longs(string name, long value) => new() { Name = name, Type = AttributeProto.Types.Kind.Ints, Ints = { value } };
        string rest = old.Node("Slice", [shape], Longs("axes", 0), Longs("starts", 1), Longs("ends", long.MaxValue));
        string y = old.Node("Reshape", [x, old.Node("Concat", [old.Integers(0), rest], Int("axis", 0))]);
        OnnxImport.Read(old.Save(Folder, y)).Layers.Select(l => l.Kind).Should().Equal("Conv2d");
    }

    [Fact]
    public void A_bias_of_features_that_become_an_image_again_is_theirs_alone()
    {
        string x = Conv(), squeezed = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [x])]);
        string gate = Graph.Node("MatMul", [squeezed, Graph.Weights(4, 4)]);
        string biased = Graph.Node("Add", [Graph.Node("Unsqueeze", [gate, Graph.Integers(2, 3)]), Graph.Weights(4, 1, 1)]);
        string once = Graph.Node("Mul", [x, biased]);
        Agrees(Graph.Node("Mul", [once, Graph.Node("Reshape", [gate, Graph.Integers(-1, 4, 1, 1)])]));
    }

    [Theory]
    [InlineData("Squeeze", 2)]
    [InlineData("Unsqueeze", 3)]
    public void A_bias_of_features_whose_half_of_a_pixel_something_else_reads_is_theirs_alone(string other, int axis)
    {
        string flat = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])]);
        string half = Graph.Node("Unsqueeze", [Graph.Node("MatMul", [flat, Graph.Weights(4, 4)]), Graph.Integers(2)]);
        string biased = Graph.Node("Add", [Graph.Node("Squeeze", [half, Graph.Integers(2)]), Graph.Weights(4)]);
        string plain = Graph.Node("Relu", [Graph.Node(other, [half, Graph.Integers(axis)])]);
        Agrees(Graph.Node("Concat", [biased, Graph.Node("Flatten", [plain])], Int("axis", 1)));
    }

    [Fact]
    public void One_row_of_all_examples_is_refused()
    {
        string x = Graph.Node("Conv", [Graph.Input(2, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]);
        FluentActions.Invoking(() => Agrees(Graph.Node("Reshape", [x, Graph.Integers(1, -1)]))).Should().Throw<NotSupportedException>().WithMessage("*the shape ?1, -1]*");
    }
}
