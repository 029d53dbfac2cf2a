using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin010Tests
{
    [Theory]
    [InlineData("Conv2d", "(2, Kernel = 1)")]
    [InlineData("Pointwise", "(2)")]
    [InlineData("NinBlock", "(2)")]
    [InlineData("MaxPool2d", "(2)")]
    [InlineData("AvgPool2d", "(2)")]
    [InlineData("GlobalAvgPool2d", "")]
    [InlineData("Flatten", "", "Flatten2")]
    public void A_spatial_layer_after_Flatten_is_reported(string kind, string arguments, string? name = null)
    {
        name ??= kind switch { "Conv2d" => "Conv1", "Pointwise" => "Pointwise1", "NinBlock" => "Block1", "GlobalAvgPool2d" => "GlobalPool1", _ => "Pool1" };
        Marked.Verify(
            $"using Nin; [Network(1, 8, 8), Flatten, {{|NIN010:{kind}|}}{arguments}] partial class Net;",
            $"{name} (layer 2): {kind} needs channels x height x width, but Flatten1 (layer 1) gives 64 features; put it before [Flatten]");
    }

    [Fact]
    public void Linear_before_Flatten_is_reported() => Marked.Verify(
        "using Nin; [Network(1, 8, 8), {|NIN010:Linear|}(10)] partial class Net;",
        "Linear1 (layer 1): Linear needs features, but the network's input is 1x8x8; put [Flatten] before it");
}
