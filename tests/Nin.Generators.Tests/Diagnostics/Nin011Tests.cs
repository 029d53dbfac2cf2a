using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin011Tests
{
    [Fact]
    public void Classes_that_differ_from_the_features_are_told_which_layer_decides() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8, {|NIN011:Classes = 10|})]
        [NinBlock(12, LastRelu = false)]
        [GlobalAvgPool2d]
        [Flatten]
        partial class Net;
        """,
        "Net: Classes = 10, but Flatten1 (layer 3) gives 12 features; use Classes = 12, or make Block1 (layer 1) give 10");

    [Theory]
    [InlineData("NinBlock(10, LastRelu = false), Flatten", "Flatten1 (layer 2) gives 640 features; put [GlobalAvgPool2d] before Flatten1 (layer 2)")]
    [InlineData("NinBlock(12, LastRelu = false), Flatten, Dropout", "Dropout1 (layer 3) gives 768 features; put [GlobalAvgPool2d] before Flatten1 (layer 2) and make Block1 (layer 1) give 10, or put [Linear(10)] at the end")]
    [InlineData("Flatten, Linear(12)", "Linear1 (layer 2) gives 12 features; use Classes = 12, or make Linear1 (layer 2) give 10")]
    public void Features_of_every_pixel_are_told_that_a_pooling_is_missing(string layers, string message) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8, {{|NIN011:Classes = 10|}}), {layers}] partial class Net;", $"Net: Classes = 10, but {message}");

    [Fact]
    public void One_pixel_needs_no_pooling() => Marked.Verify(
        "using Nin; [Network(1, 8, 8, {|NIN011:Classes = 10|}), Conv2d(10, Kernel = 1), GlobalAvgPool2d] partial class Net;",
        "Net: Classes = 10, but GlobalPool1 (layer 2) gives 10x1x1; put [Flatten] at the end");

    [Fact]
    public void An_output_that_is_not_flat_gives_no_classes() => Marked.Verify(
        "using Nin; [Network(1, 8, 8, {|NIN011:Classes = 10|}), Conv2d(10, Kernel = 1)] partial class Net;",
        "Net: Classes = 10, but Conv1 (layer 1) gives 10x8x8; put [GlobalAvgPool2d] and [Flatten] at the end");
}
