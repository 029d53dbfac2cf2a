using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin104Tests
{
    [Theory]
    [InlineData("{|NIN104:Conv2d|}(4, Kernel = 1)", "Conv1")]
    [InlineData("Conv2d(4, Kernel = 1, {|NIN104:Bias = true|})", "Conv1")]
    [InlineData("{|NIN104:Pointwise|}(4)", "Pointwise1")]
    public void A_bias_that_a_following_BatchNorm2d_cancels_is_reported(string layer, string name) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8), {layer}, BatchNorm2d] partial class Net;",
        $"{name} (layer 1): Norm1 (layer 2) subtracts the mean of 4x8x8, and the bias with it; use Bias = false");

    [Theory]
    [InlineData("Conv2d(4, Kernel = 1, Bias = false), BatchNorm2d")]
    [InlineData("Conv2d(4, Kernel = 1), Relu, BatchNorm2d")]
    [InlineData("Conv2d(4, Kernel = 1), BatchNorm2d, Add(\"Conv1\", \"Norm1\")")]
    [InlineData("NinBlock(4, BatchNorm = true)")]
    public void A_bias_that_counts_is_not(string layers) => Marked.Verify($"using Nin; [Network(1, 8, 8), {layers}] partial class Net;");
}
