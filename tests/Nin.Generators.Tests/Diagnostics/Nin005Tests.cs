using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin005Tests
{
    [Fact]
    public void A_window_larger_than_the_padded_input_is_told_what_fits() => Marked.Verify(
        """
        using Nin;
        [Network(96, 26, 26)]
        [Relu]
        [Dropout]
        [NinBlock(8, {|NIN005:Kernel = 31|})]
        [MaxPool2d(3)]
        partial class Net;
        """,
        "Block1 (layer 3): window 31x31 does not fit the padded input 26x26 of 96x26x26; use Kernel <= 26 or Padding >= 3");

    [Fact]
    public void A_kernel_for_both_axes_must_fit_both() => Marked.Verify(
        "using Nin; [Network(1, 11, 1), Conv2d(4, {|NIN005:Kernel = 3|}, DilationHeight = 10)] partial class Net;",
        "Conv1 (layer 1): window 21x3 (kernel 3, dilation 10) does not fit the padded input 11x1 of 1x11x1; use Kernel <= 1 or Padding >= 5");

    [Fact]
    public void Padding_and_dilation_count() => Marked.Verify(
        "using Nin; [Network(1, 5, 9), Conv2d(8, {|NIN005:Kernel = 5|}, Dilation = 3, Padding = 2)] partial class Net;",
        "Conv1 (layer 1): window 13x13 (kernel 5, dilation 3) does not fit the padded input 9x13 of 1x5x9; use Kernel <= 3 or Padding >= 4");

    [Fact]
    public void A_pooling_is_not_told_to_pad_more_than_it_may() => Marked.Verify(
        "using Nin; [Network(1, 3, 9), MaxPool2d({|NIN005:8|}, Padding = 2)] partial class Net;",
        "Pool1 (layer 1): window 8x8 does not fit the padded input 7x13 of 1x3x9; use kernel <= 7 or Padding >= 3");

    [Theory]
    [InlineData("Conv2d(8, KernelHeight = 3, {|NIN005:KernelWidth = 12|})", "Conv1", "window 3x12 does not fit the padded input 5x9 of 1x5x9; use KernelWidth <= 9 or Padding >= 2")]
    [InlineData("Conv2d(8, {|NIN005:Kernel = 8|}, PaddingTop = 1)", "Conv1", "window 8x8 does not fit the padded input 6x9 of 1x5x9; use Kernel <= 6")]
    [InlineData("MaxPool2d({|NIN005:KernelHeight = 7|}, KernelWidth = 2, PaddingBottom = 1)", "Pool1", "window 7x2 does not fit the padded input 6x9 of 1x5x9; use KernelHeight <= 6")]
    public void Each_axis_and_side_counts_by_itself(string layer, string name, string message) =>
        Marked.Verify($"using Nin; [Network(1, 5, 9), {layer}] partial class Net;", $"{name} (layer 1): {message}");

    [Theory]
    [InlineData(26)]
    [InlineData(25)]
    public void The_suggested_kernel_and_padding_fit(int kernel)
    {
        Marked.Verify($"using Nin; [Network(96, 26, 26), Conv2d(8, Kernel = {kernel})] partial class Net;");
        Marked.Verify("using Nin; [Network(96, 26, 26), Conv2d(8, Kernel = 31, Padding = 3)] partial class Net;");
    }

    [Fact]
    public void Layers_that_read_an_unknown_shape_are_silent_but_their_own_arguments_are_not() => Marked.Verify(
        "using Nin; [Network(1, 8, 8), Conv2d(8, {|NIN005:Kernel = 9|}), Linear(4), Dropout({|NIN004:-1|})] partial class Net;",
        "Conv1 (layer 1): window 9x9 does not fit the padded input 8x8 of 1x8x8; use Kernel <= 8 or Padding >= 1",
        "Dropout1 (layer 3): probability = -1 is out of range; use 0 to 1");
}
