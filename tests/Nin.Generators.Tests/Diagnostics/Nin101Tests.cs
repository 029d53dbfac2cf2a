using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin101Tests
{
    [Fact]
    public void Border_pixels_that_no_window_reads_are_counted_and_a_padding_suggested() => Marked.Verify(
        "using Nin; [Network(1, 224, 225), NinBlock(8, Kernel = 11, {|NIN101:Stride = 4|})] partial class Net;",
        "Block1 (layer 1): no window reads the last 1 row and 2 columns of 1x224x225; use Padding = 2 or an input of 223x223 to lose none");

    [Fact]
    public void A_pooling_is_suggested_no_more_padding_than_it_may_have() => Marked.Verify(
        "using Nin; [Network(1, 26, 27), MaxPool2d({|NIN101:4|})] partial class Net;",
        "Pool1 (layer 1): no window reads the last 2 rows and 3 columns of 1x26x27; use Padding = 1 or an input of 24x24 to lose none");

    [Fact]
    public void A_padding_that_pooling_may_not_have_is_not_suggested() => Marked.Verify(
        "using Nin; [Network(1, 25, 27), MaxPool2d({|NIN101:4|})] partial class Net;",
        "Pool1 (layer 1): no window reads the last 1 row and 3 columns of 1x25x27; use an input of 24x24 to lose none");

    [Fact]
    public void Rows_and_columns_count_by_themselves() => Marked.Verify(
        "using Nin; [Network(1, 9, 8), Conv2d(2, Kernel = 3, {|NIN101:StrideWidth = 2|}, PaddingTop = 1)] partial class Net;",
        "Conv1 (layer 1): no window reads the last 0 rows and 1 column of 1x9x8; use an input of 9x7 to lose none");

    [Theory]
    [InlineData("MaxPool2d(3, Stride = 2, CeilMode = true)")]
    [InlineData("Conv2d(2, Kernel = 3, Stride = 2, Same = true)")]
    public void Rounding_up_and_same_padding_lose_nothing(string layer) =>
        Marked.Verify($"using Nin; [Network(8, 12, 12), {layer}] partial class Net;");

    [Theory]
    [InlineData("Conv2d(16, Kernel = 1, Stride = 2)")]
    [InlineData("MaxPool2d(2, Stride = 4)")]
    public void A_window_smaller_than_its_stride_leaves_pixels_out_on_purpose(string layer) =>
        Marked.Verify($"using Nin; [Network(8, 12, 12), {layer}] partial class Net;");

    [Fact]
    public void Unread_padding_is_no_loss() =>
        Marked.Verify("using Nin; [Network(1, 28, 28), MaxPool2d(3, Stride = 2, Padding = 1)] partial class Net;");
}
