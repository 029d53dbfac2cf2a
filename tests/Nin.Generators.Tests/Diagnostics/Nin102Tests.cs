using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin102Tests
{
    [Theory]
    [InlineData("GlobalAvgPool2d, Flatten", 10)]
    [InlineData("MaxPool2d(8), Dropout, Flatten", 10)]
    [InlineData("Flatten", 640)]
    public void A_ReLU_before_the_loss_that_was_not_asked_for_is_reported(string tail, int classes) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8, Classes = {classes}), {{|NIN102:NinBlock|}}(10), {tail}] partial class Net;",
        $"Block1 (layer 1): its last ReLU comes before the loss, from 10x8x8 to {classes} features, and a class whose logit it holds at 0 never learns again; use LastRelu = false, or LastRelu = true to ask for it");

    [Theory]
    [InlineData(", Classes = 10", "NinBlock(10, LastRelu = true), GlobalAvgPool2d, Flatten")]
    [InlineData(", Classes = 10", "NinBlock(10, LastRelu = false), GlobalAvgPool2d, Flatten")]
    [InlineData(", Classes = 640", "Conv2d(10, Kernel = 1), Relu, Flatten")]
    [InlineData(", Classes = 10", "NinBlock(10), Flatten, Linear(10)")]
    [InlineData("", "NinBlock(10)")]
    [InlineData("", "NinBlock(10), GlobalAvgPool2d, Flatten")]
    public void A_ReLU_that_was_asked_for_or_stands_before_no_loss_is_not(string classes, string layers) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8{classes}), {layers}] partial class Net;");
}
