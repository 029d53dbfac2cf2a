using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Forms of operators that exporters seldom write, and that the format allows: read as ONNX Runtime reads them, or refused with the reason.</summary>
public sealed class OperatorFormTests : PatternTests
{
    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MinValue)]
    public void Minus_infinity_around_an_image_is_the_padding_of_a_maximum(float filling)
    {
        string padded = Graph.Node("Pad", [Conv(), Graph.Integers(0, 0, 1, 0, 0, 0, 1, 1), Graph.Floats([], filling)]);
        Agrees(Graph.Node("MaxPool", [padded], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 0, 1, 0, 0)))
            .Should().Contain("[MaxPool2d(3, Stride = 2, Padding = 1)]");
    }

    [Theory]
    [InlineData("Conv", "*minus infinity is padded before it, which only a maximum leaves out*")]
    [InlineData("AveragePool", "*minus infinity is padded before it, which only a maximum leaves out*")]
    [InlineData("Relu", "*the zero padding is on its own*")]
    public void Minus_infinity_before_something_else_is_refused(string operation, string message)
    {
        string padded = Graph.Node("Pad", [Conv(), Graph.Integers(0, 0, 1, 1, 0, 0, 1, 1), Graph.Floats([], float.NegativeInfinity)]);
        string y = operation switch
        {
            "Conv" => Graph.Node("Conv", [padded, Graph.Weights(4, 4, 3, 3)]),
            "Relu" => Graph.Node("Relu", [padded]),
            _ => Graph.Node(operation, [padded], Ints("kernel_shape", 3, 3)),
        };
        Refused(y, message);
    }

    [Fact]
    public void Padding_of_padding_is_their_sum()
    {
        string once = Graph.Node("Pad", [Graph.Input(0, 3, 9, 8), Graph.Integers(0, 0, 1, 0, 0, 0, 0, 2)]), same = Graph.Node("Pad", [once, Graph.Integers(0, 0, 0, 0, 0, 0, 0, 0)]);
        string twice = Graph.Node("Pad", [same, Graph.Integers(0, 0, 0, 1, 0, 0, 1, 0)]);
        Agrees(Graph.Node("Conv", [twice, Graph.Weights(4, 3, 3, 3)])).Should().Contain("PaddingTop = 1, PaddingLeft = 1, PaddingBottom = 1, PaddingRight = 2");
    }

    [Theory]
    [InlineData(1, float.NegativeInfinity, "*it pads with -Infinity what was padded with 0 before*")]
    [InlineData(65536, 0, "*it and the nodes before it pad by ?65537, 1, 65537, 1]; 65536 is the most*")]
    [InlineData(1, 2, "*it pads with 2; only zeros, and minus infinity before a maximum, are supported*")]
    public void Padding_of_padding_that_has_no_sum_is_refused(int rows, float filling, string message)
    {
        string once = Graph.Node("Pad", [Graph.Node("Relu", [Conv()]), Graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
        string twice = Graph.Node("Pad", [once, Graph.Integers(0, 0, rows, 0, 0, 0, rows, 0), Graph.Floats([], filling)]);
        Refused(Graph.Node("MaxPool", [twice], Ints("kernel_shape", 5, 5)), message);
    }

    [Theory]
    [InlineData("MaxPool", "pads", 2, "*its padding of 2 and 2 is more than half of its window of 3, the most that a pooling layer takes*")]
    [InlineData("AveragePool", "pads", 2, "*its padding of 2 and 2 is more than half of its window of 3, the most that a pooling layer takes*")]
    [InlineData("AveragePool", "dilations", 2, "*its window is dilated, which only a maximum's can be*")]
    public void Windows_that_no_pooling_layer_has_are_refused(string operation, string attribute, int value, string message)
    {
        Graph = new GraphBuilder(operatorSet: 19);
        Refused(Graph.Node(operation, [Conv()], Ints("kernel_shape", 3, 3), attribute == "pads" ? Ints(attribute, value, value, value, value) : Ints(attribute, value, value)), message);
    }

    [Fact]
    public void Automatic_padding_of_a_dilated_maximum_is_refused() => Refused(
        Graph.Node("MaxPool", [Conv()], Ints("kernel_shape", 2, 2), Ints("dilations", 2, 2), AutoPad("SAME_UPPER")),
        "*its window is dilated and its auto_pad is SAME_UPPER: the standard and ONNX Runtime differ on what that gives*");

    [Theory]
    [InlineData(0, "Epsilon = 1E-45")]
    [InlineData(2, "Epsilon = 2")]
    public void A_normalisation_may_add_nothing_or_much_to_its_variance(float epsilon, string declared)
    {
        string[] statistics = [Graph.Weights(4), Graph.Weights(4), Graph.Weights(4), Graph.Floats([4], 1, 2, 0.25f, 1e-9f)];
        string declaration = Agrees(Graph.Node("BatchNormalization", [Conv(), .. statistics], Float("epsilon", epsilon)));
        declaration.Should().Contain(declared);
        declaration.Contains("The epsilon of a normalisation is 0 in the file, and the smallest number above 0 here.", StringComparison.Ordinal).Should().Be(epsilon == 0);
    }

    [Fact]
    public void A_local_response_normalisation_may_add_nothing_to_its_sum() =>
        Agrees(Graph.Node("LRN", [Conv()], Int("size", 3), Float("alpha", 1), Float("bias", 0))).Should().Contain("K = 1E-45").And.Contain("The bias of a normalisation is 0");

    [Theory]
    [InlineData(0.1f, 0.1f)]
    [InlineData(0.2f, -0.1f)]
    public void Clipping_between_bounds_that_leave_nothing_is_the_upper_one(float least, float most)
    {
        string x = Conv();
        Agrees(Graph.Node("Concat", [x, Graph.Node("Clip", [x, Graph.Floats([], least), Graph.Floats([], most)])], Int("axis", 1)));
    }

    [Fact]
    public void Flattening_from_the_first_axis_is_flattening_where_there_is_one_example()
    {
        string x = Graph.Node("Conv", [Graph.Input(1, 3, 9, 8), Graph.Weights(4, 3, 3, 3)]);
        Agrees(Graph.Node("Flatten", [x], Int("axis", 0)), batch: 1).Should().Contain("Flatten]");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-2)]
    public void Flattening_to_other_rows_than_examples_is_refused(int axis) =>
        Refused(Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [Conv()])], Int("axis", axis)), $"*its axis is {axis}; only 1, which leaves a row for each example, is supported*");

    [Theory]
    [InlineData("Flatten")]
    [InlineData("Reshape")]
    [InlineData("Squeeze")]
    [InlineData("Reshape to a shape that is computed")]
    public void Softmax_of_one_pixel_may_be_flattened_after_it(string by)
    {
        string x = Graph.Node("Softmax", [Graph.Node("GlobalAveragePool", [Conv()])], Int("axis", 1));
        string y = by switch
        {
            "Flatten" => Graph.Node("Flatten", [x]),
            "Reshape" => Graph.Node("Reshape", [x, Graph.Integers(0, -1)]),
            "Squeeze" => Graph.Node("Squeeze", [x, Graph.Integers(2, 3)]),
            _ => Graph.Node("Reshape", [x, Graph.Node("Slice", [Graph.Node("Shape", [x]), Graph.Integers(0), Graph.Integers(2)])]),
        };
        Agrees(y).Should().Contain("Softmax at the end is left out").And.Contain("Flatten]");
    }

    [Fact]
    public void Softmax_of_many_pixels_is_not_that_of_features() =>
        Refused(Graph.Node("Flatten", [Graph.Node("Softmax", [Conv()], Int("axis", 1))]), "*(Flatten): it reads a Softmax, which is supported only at the end of a network*");

    [Fact]
    public void Swish_is_SiLU()
    {
        Graph = new GraphBuilder(operatorSet: 24);
        Agrees(Graph.Node("Swish", [Conv()])).Should().Contain("[Silu]");
    }

    [Theory]
    [InlineData("Swish", "*alpha is 0.3; only 1, which is SiLU, is supported*")]
    [InlineData("HardSigmoid", "*alpha is 0.3 and beta 0.5; only 1/6 and 0.5, PyTorch's, are supported*")]
    public void Activations_of_other_numbers_are_refused(string operation, string message)
    {
        Graph = new GraphBuilder(operatorSet: 24);
        Refused(Graph.Node(operation, [Conv()], Float("alpha", 0.3f)), message);
    }

    void Refused(string output, string message)
    {
        string path = Graph.Save(Folder, output);
        FluentActions.Invoking(() => OnnxImport.Read(path)).Should().Throw<NotSupportedException>().WithMessage(message);
    }
}
