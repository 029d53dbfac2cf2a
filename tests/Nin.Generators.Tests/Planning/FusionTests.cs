using Nin.Generators.Emission;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Planning;

/// <summary>Which layers of a declaration run as one step.</summary>
public class FusionTests
{
    [Theory]
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Relu", "Conv1Norm1Relu1")]
    [InlineData("Pointwise(2), BatchNorm2d, MaxPool2d(2)", "Pointwise1Norm1 Pool1.Step")]
    [InlineData("Conv2d(2, Kernel = 1), Relu, Flatten, Linear(4), Relu", "Conv1Relu1 Flatten1.Step Linear1Relu2")]
    [InlineData("MaxPool2d(2), BatchNorm2d, Relu", "Pool1.Step Norm1Relu1")]
    [InlineData("Conv2d(2, Kernel = 1), LeakyRelu, BatchNorm2d, LeakyRelu", "Conv1LeakyRelu1 Norm1.Step LeakyRelu2.Step")]
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Silu, Flatten, Linear(4), Tanh", "Conv1Norm1Silu1 Flatten1.Step Linear1Tanh1")]
    [InlineData("Pointwise(2), Activation<HardSwish>, Conv2d(2, Kernel = 1), LeakyRelu(0), Concat(\"Activation1\", \"LeakyRelu1\")", "Pointwise1Activation1 Conv1LeakyRelu1 Concat1.Step")]
    [InlineData("Pointwise(2), Conv2d(2, Kernel = 1), BatchNorm2d, Add(\"Norm1\", \"Pointwise1\"), Relu", "Pointwise1.Step Conv1Norm1Add1Relu1")]
    [InlineData("Pointwise(2), Conv2d(2, Kernel = 1), BatchNorm2d, Add(\"Pointwise1\", \"Norm1\"), LeakyRelu", "Pointwise1.Step Conv1Norm1Add1 LeakyRelu1.Step")]
    [InlineData("Pointwise(2), MaxPool2d(1), Add(\"Pool1\", \"Pointwise1\"), Relu", "Pointwise1.Step Pool1.Step Add1Relu1")]
    [InlineData("Pointwise(2), MaxPool2d(1), Add(\"Pool1\", \"Pointwise1\"), Silu", "Pointwise1.Step Pool1.Step Add1.Step Silu1.Step")]
    [InlineData("Pointwise(2), MaxPool2d(1), Add(\"Pool1\", \"Pointwise1\"), Relu, Add(\"Add1\", \"Relu1\")", "Pointwise1.Step Pool1.Step Add1.Step Relu1.Step Add2.Step")]
    // The residual is declared after the convolution: the step comes after both.
    [InlineData("MaxPool2d(2), Conv2d(2, Kernel = 1), BatchNorm2d, Relu, Conv2d(2, Kernel = 1), BatchNorm2d, Conv2d(2, Kernel = 1, From = \"Pool1\"), BatchNorm2d, Add(\"Norm2\", \"Norm3\"), Relu", "Pool1.Step Conv1Norm1Relu1 Conv3Norm3 Conv2Norm2Add1Relu2")]
    // A sum of three, a sum that reads a value twice, and a reader among the layers, which would add its gradient in another order.
    [InlineData("Pointwise(2), Conv2d(2, Kernel = 1), BatchNorm2d, Add(\"Norm1\", \"Pointwise1\", \"Pointwise1\"), Relu", "Pointwise1.Step Conv1Norm1 Add1Relu1")]
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Add(\"Norm1\", \"Norm1\"), Relu", "Conv1Norm1 Add1Relu1")]
    [InlineData("Pointwise(2), Conv2d(2, Kernel = 1), BatchNorm2d, Dropout(From = \"Pointwise1\"), Add(\"Norm1\", \"Pointwise1\"), Concat(\"Add1\", \"Dropout1\")", "Pointwise1.Step Conv1Norm1 Dropout1.Step Add1.Step Concat1.Step")]
    // Another layer reads a value between, or a value is the network's output.
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Relu, Concat(\"Conv1\", \"Relu1\")", "Conv1.Step Norm1Relu1 Concat1.Step")]
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Relu, Concat(\"Norm1\", \"Relu1\")", "Conv1Norm1 Relu1.Step Concat1.Step")]
    [InlineData("Pointwise(2), Conv2d(2, Kernel = 1), BatchNorm2d, Add(\"Norm1\", \"Pointwise1\"), Relu, Concat(\"Norm1\", \"Relu1\")", "Pointwise1.Step Conv1Norm1 Add1Relu1 Concat1.Step")]
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d", "Conv1Norm1")]
    // What the output does not depend on reads nothing.
    [InlineData("Conv2d(2, Kernel = 1), BatchNorm2d, Dropout(From = \"Conv1\"), Relu(From = \"Norm1\")", "Conv1Norm1Relu1")]
    // A name that is taken.
    [InlineData("Conv2d(2, Kernel = 1), Relu, Dropout(Name = \"Conv1Relu1\")", "Conv1Relu1_ Conv1Relu1.Step")]
    public void Layers_that_nobody_else_reads_between_run_as_one_step(string layers, string steps)
    {
        NetworkParts parts = new(TestCompilation.Spec($"using Nin; [Network(2, 8, 8), {layers}] partial class Net;"));
        string.Join(" ", parts.Graph.Steps.Select(s => s.Path)).Should().Be(steps);
    }

    [Theory]
    [InlineData("Conv2d(4, Kernel = 3), BatchNorm2d, Relu, Conv2d(4, Kernel = 3, Groups = 4), BatchNorm2d, Relu6, Pointwise(3), BatchNorm2d, Relu", "1 2")]
    [InlineData("Pointwise(4), BatchNorm2d, Pointwise(4), BatchNorm2d, MaxPool2d(2), Pointwise(4), BatchNorm2d", "1")]
    [InlineData("Pointwise(2), BatchNorm2d, Relu, Pointwise(4), BatchNorm2d, Relu, Pointwise(2), BatchNorm2d, Add(\"Relu1\", \"Norm3\"), Relu", "2")]
    // Kept: many taps read each pixel; another activation; two readers; nothing is normalised before or after; a single pixel.
    [InlineData("Pointwise(4), BatchNorm2d, Relu, Conv2d(4, Kernel = 3), BatchNorm2d", "")]
    [InlineData("Pointwise(4), BatchNorm2d, Silu, Pointwise(4), BatchNorm2d", "")]
    [InlineData("Pointwise(4), BatchNorm2d, Relu, Pointwise(4), BatchNorm2d, Add(\"Relu1\", \"Norm2\"), Pointwise(3), BatchNorm2d", "")]
    [InlineData("Pointwise(4), BatchNorm2d, Relu, Pointwise(4), Relu, Pointwise(4), BatchNorm2d", "")]
    [InlineData("Conv2d(4, Kernel = 8), BatchNorm2d, Relu, Pointwise(4), BatchNorm2d", "")]
    public void Normalised_values_are_not_kept_that_their_reader_normalises_again(string layers, string steps)
    {
        NetworkParts parts = new(TestCompilation.Spec($"using Nin; [Network(2, 8, 8), {layers}] partial class Net;"));
        string.Join(" ", Enumerable.Range(0, parts.Graph.Steps.Count).Where(i => parts.Graph.Steps[i].ComputesInput)).Should().Be(steps);
    }
}
