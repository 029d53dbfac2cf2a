using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Nodes on numbers of the file alone, which most exporters fold and some leave, give the numbers that ONNX Runtime computes.</summary>
public sealed class ConstantFoldingTests : PatternTests
{
    [Theory]
    [InlineData(new long[] { 1, 2, 0, 3 }, "PaddingLeft = 1, PaddingBottom = 3, PaddingRight = 2")]
    [InlineData(new long[] { 1, 1, 1, 1 }, "Padding = 1")]
    public void Padding_as_PyTorch_computes_it_for_ONNX(long[] leftRightTopBottom, string declared)
    {
        // From the last axis to the first, before and after each: turned around, and the first of all axes first.
        var zero = new AttributeProto { Name = "value", Type = AttributeProto.Types.Kind.Tensor, T = new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 0 } } };
        string given = Graph.Integers(leftRightTopBottom), length = Graph.Node("Gather", [Graph.Node("Shape", [given]), Graph.Integers(0)], Int("axis", 0));
        string missing = Graph.Node("Sub", [Graph.Node("Mul", [Graph.Integers(4), Graph.Integers(2)]), length]);
        string all = Graph.Node("Concat", [given, Graph.Node("ConstantOfShape", [missing], zero)], Int("axis", 0));
        string pairs = Graph.Node("Reshape", [all, Graph.Integers(-1, 2)]);
        string turned = Graph.Node("Slice", [pairs, Graph.Integers(-1), Graph.Integers(-long.MaxValue), Graph.Integers(0), Graph.Integers(-1)]);
        string pads = Graph.Node("Reshape", [Graph.Node("Transpose", [turned], Ints("perm", 1, 0)), Graph.Integers(-1)]);
        string padded = Graph.Node("Pad", [Graph.Input(0, 3, 9, 8), Graph.Node("Cast", [pads], Int("to", 7)), ""]);
        Agrees(Graph.Node("Conv", [padded, Graph.Weights(4, 3, 3, 3)])).Should().Contain($"[Conv2d(4, Kernel = 3, {declared}, Bias = false)]");
    }

    [Fact]
    public void Standardised_weights_are_folded()
    {
        string weights = Graph.Weights(4, 3, 3, 3), centred = Graph.Node("Sub", [weights, Graph.Node("ReduceMean", [weights], Ints("axes", 1, 2, -1))]);
        string variance = Graph.Node("ReduceMean", [Graph.Node("Mul", [centred, centred])], Ints("axes", 1, 2, 3));
        string deviation = Graph.Node("Sqrt", [Graph.Node("Add", [variance, Graph.Floats([], 1e-5f)])]);
        Agrees(Convolution(Graph.Node("Div", [centred, deviation]))).Should().Contain("[Conv2d(4, Kernel = 3, Bias = false)]");
    }

    [Fact]
    public void Weights_of_a_direction_and_a_length_are_folded()
    {
        string weights = Graph.Weights(4, 3, 3, 3), length = Graph.Node("ReduceL2", [weights], Ints("axes", 1, 2, 3));
        Agrees(Convolution(Graph.Node("Mul", [Graph.Node("Div", [weights, length]), Graph.Weights(4, 1, 1, 1)])));
    }

    [Theory]
    [InlineData(0, new long[] { 0 }, new long[] { 4 }, new long[] { 0 }, new long[] { 1 })]
    [InlineData(0, new long[] { -1 }, new long[] { -5 }, new long[] { 0 }, new long[] { -1 })]
    [InlineData(0, new long[] { 6, 4 }, new long[] { long.MinValue, 1 }, new long[] { 0, -1 }, new long[] { -2, -1 })]
    [InlineData(1, new long[] { 1, 0 }, new long[] { long.MaxValue, 3 }, new long[] { 1, 3 }, new long[] { 1, 1 })]
    public void Weights_that_are_a_part_are_taken(int channelsMore, long[] starts, long[] ends, long[] axes, long[] steps)
    {
        string weights = Graph.Weights(axes is [1, ..] ? 4 : 8, 3 + channelsMore, 3, axes.Length > 1 ? 5 : 3);
        Agrees(Convolution(Graph.Node("Slice", [weights, Graph.Integers(starts), Graph.Integers(ends), Graph.Integers(axes), Graph.Integers(steps)])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Weights_in_several_parts_are_joined(int axis)
    {
        long[] first = [4, 3, 3, 3], second = [4, 3, 3, 3];
        int at = axis < 0 ? axis + 4 : axis;
        (first[at], second[at]) = (1, 2);
        Agrees(Convolution(Graph.Node("Concat", [Graph.Weights(first), Graph.Weights(second)], Int("axis", axis))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-2)]
    public void Weights_are_picked_from_an_axis(int axis)
    {
        long[] dims = [3, 3, 3, 3];
        dims[axis < 0 ? axis + 4 : axis] = 5;
        Agrees(Convolution(Graph.Node("Gather", [Graph.Weights(dims), Graph.Integers(4, -5, 2)], Int("axis", axis))));
    }

    [Fact]
    public void A_shape_that_keeps_a_size_of_weights_is_theirs() =>
        Agrees(Convolution(Graph.Node("Reshape", [Graph.Weights(4, 27), Graph.Integers(0, 3, -1, 3)])));

    [Fact]
    public void Functions_of_numbers_are_computed()
    {
        string factors = Graph.Node("Exp", [Graph.Node("Log", [Graph.Node("Sigmoid", [Graph.Node("Tanh", [Graph.Node("Relu", [Graph.Weights(4, 1, 1)])])])])]);
        Agrees(Graph.Node("Mul", [Conv(), factors])).Should().Contain("[Conv2d(4, Kernel = 3)]\npublic");
    }

    [Fact]
    public void One_number_is_repeated_for_all_channels() =>
        Agrees(Graph.Node("Mul", [Conv(), Graph.Node("Expand", [Graph.Weights(1, 1), Graph.Integers(4, 1, 1)])])).Should().Contain("[Conv2d(4, Kernel = 3)]\npublic");

    [Fact]
    public void Sums_of_numbers_are_computed_with_their_axes_left_out()
    {
        string sums = Graph.Node("ReduceSum", [Graph.Weights(3, 4, 2), Graph.Integers(0, -1)], Int("keepdims", 0));
        Agrees(Graph.Node("Mul", [Conv(), Graph.Node("Unsqueeze", [sums, Graph.Integers(1, 2)])]));
    }

    [Fact]
    public void The_product_of_a_shapes_sizes_is_the_number_of_features()
    {
        string x = Conv(), sizes = Graph.Node("Slice", [Graph.Node("Shape", [x]), Graph.Integers(1), Graph.Integers(4), Graph.Integers(0)]);
        string shape = Graph.Node("Concat", [Graph.Integers(-1), Graph.Node("ReduceProd", [sizes])], Int("axis", 0));
        Agrees(Graph.Node("Reshape", [x, shape])).Should().Contain("Flatten]");
    }

    [Fact]
    public void Axes_of_numbers_without_elements_are_sizes_too()
    {
        string empty = Graph.Node("ConstantOfShape", [Graph.Integers(0, 1L << 62)]);
        string joined = Graph.Node("Concat", [empty, empty], Int("axis", 1));
        string path = Graph.Save(Folder, Graph.Node("Add", [Conv(), joined]));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*ConstantOfShape*which no numbers have*");
    }

    [Fact]
    public void A_product_with_the_size_of_the_batch_is_refused()
    {
        string x = Conv(), shape = Graph.Node("ReduceProd", [Graph.Node("Shape", [x])]);
        FluentActions.Invoking(() => Agrees(Graph.Node("Reshape", [x, shape]))).Should().Throw<NotSupportedException>()
            .WithMessage("*has 1 node that cannot be imported: 'ReduceProd_*' (ReduceProd): it reads the whole numbers -1, 4, 7, 6; only those of 0 or more are supported.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sum_of_several_has_numbers_as_a_sum_of_two_has(bool more)
    {
        string x = Conv(), bias = Graph.Weights(4, 1, 1);
        Agrees(Graph.Node("Sum", more ? [bias, Graph.Node("Relu", [x]), x, Graph.Node("Sum", [bias, Graph.Weights(1), bias])] : [x, bias]));
    }

    [Theory]
    [InlineData("Slice", "*it slices a computed value*")]
    [InlineData("Expand", "*it repeats a computed value*")]
    [InlineData("ReduceSum", "*it is taken of a computed value; only numbers of the file are supported*")]
    [InlineData("Exp", "*its input 'Conv_*' is computed, and must be given by the file*")]
    public void The_same_of_a_computed_value_is_refused(string operation, string message)
    {
        string[] more = operation switch { "Slice" => [Graph.Integers(0), Graph.Integers(1)], "Expand" => [Graph.Integers(1, 4, 7, 6)], _ => [] };
        FluentActions.Invoking(() => Agrees(Graph.Node(operation, [Conv(), .. more]))).Should().Throw<NotSupportedException>().WithMessage(message);
    }

    [Theory]
    [InlineData("*(Slice) takes ?0, 0] to ?1, 1] by ?1, 1] along the axes ?0, -4] of numbers of the shape ?4, 3, 3, 3].", "Slice")]
    [InlineData("*(Gather) picks the numbers 4 of 4.", "Gather")]
    [InlineData("*(Concat) joins numbers of the shapes ?4, 3, 3, 3], ?2] along axis 0.", "Concat")]
    [InlineData("*(Expand) gives numbers of the shape ?4, 3, 3, 3] the shape ?2].", "Expand")]
    [InlineData("*(Reshape) gives 108 numbers the shape ?4, 3, 0, 3, 0].", "Reshape")]
    [InlineData("*(ReduceMean) takes the axes 4 of numbers of the shape ?4, 3, 3, 3].", "ReduceMean")]
    public void Numbers_that_do_not_fit_are_an_error(string message, string operation)
    {
        (string[] more, AttributeProto[] attributes) = operation switch
        {
            "Slice" => ([Graph.Integers(0, 0), Graph.Integers(1, 1), Graph.Integers(0, -4)], []),
            "Gather" => ([Graph.Integers(4)], []),
            "Concat" => ([Graph.Integers(1, 2)], [Int("axis", 0)]),
            "Expand" => ([Graph.Integers(2)], []),
            "Reshape" => ([Graph.Integers(4, 3, 0, 3, 0)], []),
            _ => (Array.Empty<string>(), new[] { Ints("axes", 4) }),
        };
        string path = Graph.Save(Folder, Convolution(Graph.Node(operation, [Graph.Weights(4, 3, 3, 3), .. more], attributes)));
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    string Convolution(string weights) => Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), weights]);
}
