using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin103Tests
{
    [Theory]
    [InlineData("NinBlock(10), NinBlock(4)", "Block1 (layer 1), 1x8x8 to 10x8x8, and 1 more")]
    [InlineData("Conv2d(4, Kernel = 1, Bias = false), BatchNorm2d, Relu", "Conv1 (layer 1), 1x8x8 to 4x8x8")]
    [InlineData("Flatten, Linear(4), Relu", "Linear1 (layer 2), 64 features to 4 features")]
    public void Xavier_before_ReLU_is_reported_on_Init(string layers, string which) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8, {{|NIN103:Init = Init.Xavier|}}), {layers}] partial class Net;",
        $"Net: Init.Xavier is made for layers that no ReLU follows, but one follows {which}; use Init.He");

    [Theory]
    [InlineData("Init.Xavier", "NinBlock(10, Pointwise = 0, LastRelu = false)")]
    [InlineData("Init.Xavier", "Conv2d(4, Kernel = 1), MaxPool2d(2)")]
    [InlineData("Init.He", "NinBlock(10)")]
    public void Xavier_without_ReLU_and_He_are_not(string init, string layers) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8, Init = {init}), {layers}] partial class Net;");
}
