using Nin.Onnx.Schema;
using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Convolutions that enlarge an image, in all the ways that ONNX gives their padding, beside ONNX Runtime.</summary>
public sealed class TransposedConvolutionTests : PatternTests
{
    [Fact]
    public void Windows_that_do_not_overlap_double_height_and_width() =>
        Agrees(Transposed([3, 5, 2, 2], Ints("strides", 2, 2))).Should().Contain("[ConvTranspose2d(5, Kernel = 2, Stride = 2, Bias = false)]");

    [Fact]
    public void Padding_is_cut_off_and_output_padding_added() =>
        Agrees(Transposed([3, 4, 3, 2], Ints("strides", 3, 2), Ints("pads", 1, 0, 2, 1), Ints("output_padding", 2, 1), Ints("dilations", 1, 2))).Should().Contain(
            "[ConvTranspose2d(4, KernelHeight = 3, KernelWidth = 2, StrideHeight = 3, StrideWidth = 2, PaddingTop = 1, PaddingBottom = 2, PaddingRight = 1, " +
            "DilationHeight = 1, DilationWidth = 2, OutputPaddingHeight = 2, OutputPaddingWidth = 1, Bias = false)]");

    [Fact]
    public void Groups_have_the_channels_that_come_out_in_their_weights()
    {
        string x = Graph.Node("Conv", [Graph.Input(0, 3, 9, 8), Graph.Weights(6, 3, 3, 3)]);
        string y = Graph.Node("ConvTranspose", [x, Graph.Weights(6, 4, 4, 4), Graph.Weights(12)], Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), Int("group", 3));
        Agrees(Graph.Node("Relu", [y])).Should().Contain("[ConvTranspose2d(12, Kernel = 4, Stride = 2, Padding = 1, Groups = 3)]");
    }

    [Fact]
    public void A_sum_after_it_is_its_bias() =>
        Agrees(Graph.Node("Add", [Transposed([3, 5, 3, 3]), Graph.Weights(5, 1, 1)])).Should().Contain("[ConvTranspose2d(5, Kernel = 3)]");

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    [InlineData("VALID")]
    public void Automatic_padding_becomes_numbers(string mode) => Agrees(Transposed([3, 5, 4, 3], Ints("strides", 2, 2), AutoPad(mode)));

    [Theory]
    [InlineData("NOTSET", 18, 15)]
    [InlineData("NOTSET", 17, 17)]
    [InlineData("SAME_UPPER", 19, 14)]
    [InlineData("SAME_LOWER", 19, 14)]
    public void The_size_that_it_shall_have_decides_the_padding(string mode, int height, int width) =>
        Agrees(Transposed([3, 5, 4, 3], Ints("strides", 2, 2), AutoPad(mode), Ints("output_shape", height, width)));

    [Fact]
    public void Automatic_padding_of_windows_that_do_not_reach_each_other_is_refused() =>
        FluentActions.Invoking(() => Agrees(Transposed([3, 5, 1, 2], Ints("strides", 2, 3), AutoPad("SAME_UPPER"))))
            .Should().Throw<NotSupportedException>().WithMessage("*its window of 1 is smaller than its stride of 2*");

    [Fact]
    public void A_size_beyond_the_last_window_is_output_padding() =>
        Agrees(Transposed([3, 5, 4, 3], Ints("strides", 3, 2), Ints("output_shape", 30, 18))).Should().Contain("OutputPaddingHeight = 2, OutputPaddingWidth = 1");

    [Theory]
    [InlineData("*output_padding is 2, and not less than its stride, 2*", "output_padding", 2, 0)]
    [InlineData("*its output of 40, 15 is larger than its window makes of 3x9x8*", "output_shape", 40, 15)]
    public void What_no_declaration_says_is_refused(string message, string attribute, int height, int width) =>
        FluentActions.Invoking(() => Agrees(Transposed([3, 5, 4, 3], Ints("strides", 2, 2), Ints(attribute, height, width))))
            .Should().Throw<NotSupportedException>().WithMessage(message);

    [Theory]
    [InlineData("*has weights [2, 5, 3, 3], no bias and 1 groups for an input of 3x9x8*", 2, 5, 3, 3)]
    [InlineData("*has the shape 5x0x-1, which no image has*", 3, 5, 1, 1)]
    public void Weights_that_do_not_fit_are_refused(string message, long channels, long filters, long height, long width) =>
        FluentActions.Invoking(() => Agrees(Transposed([channels, filters, height, width], height == 1 ? [Ints("pads", 5, 4, 4, 5)] : [])))
            .Should().Throw<InvalidDataException>().WithMessage(message);

    string Transposed(long[] weights, params AttributeProto[] attributes) =>
        Graph.Node("ConvTranspose", [Graph.Input(0, 3, 9, 8), Graph.Weights(weights)], attributes);
}
