using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin102Tests
{
    [Theory]
    [InlineData("GlobalAvgPool2d, Flatten", "10 features")]
    [InlineData("MaxPool2d(8), Dropout, Flatten", "10 features")]
    [InlineData("Flatten", "640 features")]
    public void A_ReLU_before_the_loss_that_was_not_asked_for_is_reported(string tail, string output) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8), {{|NIN102:NinBlock|}}(10), {tail}] partial class Net;",
        $"Block1 (layer 1): its last ReLU stands before the loss, from 10x8x8 to {output}, and a class whose logit it holds at 0 never learns again; use LastRelu = false, or LastRelu = true to ask for it");

    [Theory]
    [InlineData("NinBlock(10, LastRelu = true), GlobalAvgPool2d, Flatten")]
    [InlineData("NinBlock(10, LastRelu = false), GlobalAvgPool2d, Flatten")]
    [InlineData("Conv2d(10), Relu, Flatten")]
    [InlineData("NinBlock(10), Flatten, Linear(10)")]
    [InlineData("NinBlock(10)")]
    public void A_ReLU_that_was_asked_for_or_stands_before_no_loss_is_not(string layers) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), {layers}] partial class Net;");
}
