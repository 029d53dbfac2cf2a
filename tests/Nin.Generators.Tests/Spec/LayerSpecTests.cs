using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

public class LayerSpecTests
{
    [Theory]
    [InlineData("Conv2d(6, Kernel = 3, Stride = 2, Padding = 1, Dilation = 2, Groups = 2)", "Conv1", "6x4x5", 108 + 6, 120 * 18, 5, 5)]
    [InlineData("Conv2d(6, Kernel = 1, Bias = false)", "Conv1", "6x9x11", 24, 594 * 4, 1, 1)]
    [InlineData("Pointwise(5)", "Pointwise1", "5x9x11", 25, 495 * 4, 1, 1)]
    [InlineData("NinBlock(6, Kernel = 3, Stride = 2)", "Block1", "6x4x5", 216 + 6 + (36 + 6) * 2, 120 * (36 + 6 + 6), 3, 3)]
    [InlineData("NinBlock(6, 5, Kernel = 3, Padding = 1)", "Block1", "5x9x11", 216 + 6 + 30 + 5, 594 * 36 + 495 * 6, 3, 3)]
    [InlineData("NinBlock(6, Pointwise = 0)", "Block1", "6x9x11", 24 + 6, 594 * 4, 1, 1)]
    [InlineData("Relu", "Relu1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("LeakyRelu(0.2)", "LeakyRelu1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("HardTanh(0, 2)", "HardTanh1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("Elu(0.5)", "Elu1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("MaxPool2d(3)", "Pool1", "4x3x3", 0, 0, 3, 3)]
    [InlineData("AvgPool2d(3, Stride = 2, Padding = 1)", "Pool1", "4x5x6", 0, 0, 3, 3)]
    [InlineData("GlobalAvgPool2d", "GlobalPool1", "4x1x1", 0, 0, 9, 11)]
    [InlineData("GlobalMaxPool2d", "GlobalPool1", "4x1x1", 0, 0, 9, 11)]
    [InlineData("Sigmoid", "Sigmoid1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("Gelu", "Gelu1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("Activation<Tanh>", "Activation1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("Conv2d(2, KernelHeight = 3, KernelWidth = 5, StrideWidth = 2, PaddingTop = 1)", "Conv1", "2x8x4", 120 + 2, 64 * 60, 3, 5)]
    [InlineData("Conv2d(2, Kernel = 4, Stride = 2, Same = true)", "Conv1", "2x5x6", 128 + 2, 60 * 64, 4, 4)]
    [InlineData("Conv2d(2, Kernel = 4, PaddingRight = 3)", "Conv1", "2x6x11", 128 + 2, 132 * 64, 4, 4)]
    [InlineData("NinBlock(6, Pointwise = 0, KernelHeight = 1, KernelWidth = 3, Bias = false)", "Block1", "6x9x9", 72, 486 * 12, 1, 3)]
    [InlineData("MaxPool2d(2, Stride = 1, DilationHeight = 2, DilationWidth = 3)", "Pool1", "4x7x8", 0, 0, 3, 4)]
    [InlineData("MaxPool2d(KernelHeight = 2, KernelWidth = 3)", "Pool1", "4x4x3", 0, 0, 2, 3)]
    [InlineData("MaxPool2d(3, Stride = 1, Dilation = 2, Padding = 1)", "Pool1", "4x7x9", 0, 0, 5, 5)]
    [InlineData("MaxPool2d(2, CeilMode = true)", "Pool1", "4x5x6", 0, 0, 2, 2)]
    [InlineData("AvgPool2d(4, Stride = 3, Same = true, CountIncludePad = false)", "Pool1", "4x3x4", 0, 0, 4, 4)]
    [InlineData("ConvTranspose2d(2, Kernel = 3)", "Up1", "2x11x13", 72 + 2, 396 * 18, 3, 3)]
    [InlineData("ConvTranspose2d(6, Kernel = 2, Stride = 2)", "Up1", "6x18x22", 96 + 6, 396 * 24, 1, 1)]
    [InlineData("ConvTranspose2d(6, Kernel = 3, Stride = 2, Padding = 1, OutputPadding = 1)", "Up1", "6x18x22", 216 + 6, 396 * 54, 2, 2)]
    [InlineData("ConvTranspose2d(2, Kernel = 1, Stride = 2, OutputPadding = 1, Same = false)", "Up1", "2x18x22", 8 + 2, 396 * 2, 1, 1)]
    [InlineData("ConvTranspose2d(4, Kernel = 4, Stride = 2, Same = true, Groups = 2, Bias = false)", "Up1", "4x18x22", 128, 396 * 32, 2, 2)]
    [InlineData("ConvTranspose2d(2, KernelHeight = 1, KernelWidth = 3, StrideHeight = 3, DilationWidth = 2, OutputPaddingHeight = 2, PaddingLeft = 1)", "Up1", "2x27x14", 24 + 2, 396 * 6, 1, 5)]
    [InlineData("BatchNorm2d", "Norm1", "4x9x11", 8, 0, 1, 1)]
    [InlineData("Dropout(0.3)", "Dropout1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("LocalResponseNorm(5, Beta = 0.5)", "LocalResponseNorm1", "4x9x11", 0, 0, 1, 1)]
    [InlineData("Flatten", "Flatten1", "396 features", 0, 0, 9, 11)]
    public void Each_kind_has_its_shape_counts_and_receptive_field(
        string layer, string name, string output, long parameters, long macs, long fieldHeight, long fieldWidth)
    {
        LayerSpec spec = TestCompilation.Spec($"using Nin; [Network(4, 9, 11), {layer}] partial class Net;").Layers.Single();
        spec.Name.Should().Be(name);
        spec.Inputs.Should().Equal(LayerSpec.NetworkInput);
        spec.InputShapes.Should().Equal(Shape.Chw(4, 9, 11));
        spec.Output.ToString().Should().Be(output);
        spec.ParameterCount.Should().Be(parameters);
        spec.Macs.Should().Be(macs);
        (spec.Field.Height, spec.Field.Width).Should().Be((fieldHeight, fieldWidth));
    }

    [Fact]
    public void Linear_reads_features()
    {
        LayerSpec spec = TestCompilation.Spec("using Nin; [Network(4, 9, 11), Flatten, Linear(7)] partial class Net;").Layers[1];
        spec.Output.Should().Be(Shape.Features(7));
        (spec.ParameterCount, spec.Macs).Should().Be((396 * 7 + 7, 396 * 7));
        Names(spec).Should().Equal("Linear1.weight 7x396", "Linear1.bias 7");
    }

    [Fact]
    public void Joins_read_the_layers_that_they_name()
    {
        NetworkSpec spec = TestCompilation.Spec("""
            using Nin;
            [Network(4, 9, 11), Relu, Conv2d(4, Kernel = 3, Padding = 1)]
            [Add(nameof(Relu1), nameof(Conv1))]
            [Concat(nameof(Add1), nameof(Relu1), nameof(Conv1), Name = "All")]
            partial class Net;
            """);
        spec.HasErrors.Should().BeFalse();
        spec.Layers[2].Inputs.Should().Equal(0, 1);
        spec.Layers[2].Output.Should().Be(Shape.Chw(4, 9, 11));
        spec.Layers[3].Name.Should().Be("All");
        spec.Layers[3].Inputs.Should().Equal(2, 0, 1);
        spec.Output.Should().Be(Shape.Chw(12, 9, 11));
        spec.Layers[3].Field.Should().Be(new ReceptiveField(3, 3, 1));
    }

    [Fact]
    public void Receptive_fields_grow_by_the_strides_before_them()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(1, 224, 224), NinBlock(96, Kernel = 11, Stride = 4), MaxPool2d(3, Stride = 2), NinBlock(8, Kernel = 5, Padding = 2)] partial class Net;");
        spec.Layers.Select(l => l.Field).Should().Equal(new ReceptiveField(11, 11, 4), new ReceptiveField(19, 19, 8), new ReceptiveField(51, 51, 8));
    }

    [Fact]
    public void Arguments_not_given_are_the_defaults_that_the_run_time_has()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(4, 9, 11), Conv2d(6, Kernel = 1), MaxPool2d(3), BatchNorm2d, Dropout, LeakyRelu, NinBlock(2)] partial class Net;");
        spec.Init.Should().Be("He");
        spec.Layers.Select(l => l.Layer).Should().Equal(
            new Conv2dLayer(6, Window.Square(1), 1, true),
            new MaxPool2dLayer(Window.Square(3, stride: 3)),
            new BatchNorm2dLayer(1e-5, 0.1),
            new DropoutLayer(0.5),
            new ActivationLayer(
                ActivationLayer.Declared.Single(k => k.Name == "LeakyRelu"), "global::Nin.LeakyRelu", SavesOutput: true, new([("NegativeSlope", 0.01)]),
                "ReLU with slope 0.01 below zero"),
            new NinBlockLayer(new([2, 2, 2]), Window.Square(1), LastRelu: true, AsksForLastRelu: false, BatchNorm: false, Bias: true));
    }

    [Theory]
    [InlineData("NinBlock(96, 64, 48, Kernel = 5)", "Block1.0.weight 96x4x5x5|Block1.0.bias 96|Block1.2.weight 64x96x1x1|Block1.2.bias 64|Block1.4.weight 48x64x1x1|Block1.4.bias 48")]
    [InlineData("NinBlock(2, Pointwise = 1, BatchNorm = true)", "Block1.0.weight 2x4x1x1|Block1.0.bias 2|Block1.1.weight 2|Block1.1.bias 2|Block1.1.running_mean 2|Block1.1.running_var 2|Block1.1.num_batches_tracked |Block1.3.weight 2x2x1x1|Block1.3.bias 2|Block1.4.weight 2|Block1.4.bias 2|Block1.4.running_mean 2|Block1.4.running_var 2|Block1.4.num_batches_tracked ")]
    [InlineData("NinBlock(2, Pointwise = 1, BatchNorm = true, LastRelu = false)", "Block1.0.weight 2x4x1x1|Block1.0.bias 2|Block1.1.weight 2|Block1.1.bias 2|Block1.1.running_mean 2|Block1.1.running_var 2|Block1.1.num_batches_tracked |Block1.3.weight 2x2x1x1|Block1.3.bias 2")]
    [InlineData("Conv2d(6, Kernel = 3, Groups = 2, Name = \"Stem\")", "Stem.weight 6x2x3x3|Stem.bias 6")]
    [InlineData("BatchNorm2d", "Norm1.weight 4|Norm1.bias 4|Norm1.running_mean 4|Norm1.running_var 4|Norm1.num_batches_tracked ")]
    public void Parameters_are_named_and_shaped_as_in_a_state_dict(string layer, string parameters) =>
        Names(TestCompilation.Spec($"using Nin; [Network(4, 9, 11), {layer}] partial class Net;").Layers.Single()).Should().Equal(parameters.Split('|'));

    [Fact]
    public void The_index_counts_ReLU_and_BatchNorm_too()
    {
        LayerSpec spec = TestCompilation.Spec("using Nin; [Network(4, 9, 11), NinBlock(2, BatchNorm = true)] partial class Net;").Layers.Single();
        spec.Parameters.Select(p => p.Name.Split('.')[1]).Distinct().Should().Equal("0", "1", "3", "4", "6", "7");
    }

    [Fact]
    public void Default_names_count_named_layers_too()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(4, 9, 11), MaxPool2d(2), AvgPool2d(2, Name = \"Mean\"), MaxPool2d(2)] partial class Net;");
        spec.Layers.Select(l => l.Name).Should().Equal("Pool1", "Mean", "Pool3");
    }

    static IEnumerable<string> Names(LayerSpec spec) => spec.Parameters.Select(p => $"{p.Name} {string.Join('x', p.Dims)}");
}
