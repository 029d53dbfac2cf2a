using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin006Tests
{
    [Theory]
    [InlineData("MaxPool2d(3, Stride = 2, {|NIN006:Padding = 2|})", "padding 2 is more than half the 3x3 window over 4x9x9; use Padding <= 1 or a kernel >= 4")]
    [InlineData("AvgPool2d(2, {|NIN006:Padding = 5|})", "padding 5 is more than half the 2x2 window over 4x9x9; use Padding <= 1 or a kernel >= 10")]
    [InlineData("MaxPool2d(KernelHeight = 3, KernelWidth = 6, PaddingLeft = 3, {|NIN006:PaddingBottom = 2|})", "PaddingBottom = 2 is more than half the 3x6 window over 4x9x9; use PaddingBottom <= 1 or KernelHeight >= 4")]
    public void Pooling_padding_of_more_than_half_the_window_is_reported(string pooling, string message) =>
        Marked.Verify($"using Nin; [Network(4, 9, 9), {pooling}] partial class Net;", $"Pool1 (layer 1): {message}");

    [Fact]
    public void Half_the_window_is_allowed() =>
        Marked.Verify("using Nin; [Network(4, 8, 8), MaxPool2d(2, Padding = 1), AvgPool2d(4, Stride = 1, Padding = 2)] partial class Net;");
}
