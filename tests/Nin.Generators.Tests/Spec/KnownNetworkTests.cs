using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>Networks whose counts are published.</summary>
public class KnownNetworkTests
{
    const string Book = """
        using Nin;
        [Network(1, 224, 224, Classes = 10, Init = Init.Xavier)]
        [NinBlock(96, Kernel = 11, Stride = 4)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock(256, Kernel = 5, Padding = 2)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock(384, Kernel = 3, Padding = 1)]
        [MaxPool2d(3, Stride = 2)]
        [Dropout(0.5)]
        [NinBlock(10, Kernel = 3, Padding = 1, LastRelu = true)]
        [GlobalAvgPool2d]
        [Flatten]
        public sealed partial class Net;
        """;

    [Fact]
    public void Book_has_its_shapes_parameters_and_macs()
    {
        NetworkSpec spec = TestCompilation.Spec(Book);
        spec.Layers.Select(l => $"{l.Name} {l.Output}").Should().Equal(
            "Block1 96x54x54", "Pool1 96x26x26", "Block2 256x26x26", "Pool2 256x12x12", "Block3 384x12x12", "Pool3 384x5x5",
            "Dropout1 384x5x5", "Block4 10x5x5", "GlobalPool1 10x1x1", "Flatten1 10 features");
        spec.ParameterCount.Should().Be(1_992_166);
        spec.Macs.Should().Be(762_297_352);
        spec.HasErrors.Should().BeFalse();
        spec.Init.Should().Be("Xavier");
    }

    [Fact]
    public void Book_gets_hints_but_no_warning() => TestCompilation.Analyze(TestCompilation.Create([Book])).Select(d => d.Id)
        .Should().Equal("NIN103", "NIN101", "NIN101", "NIN101", "NIN101");

    [Theory]
    [InlineData("Network(1, 28, 28)", "NinBlock(96, 64, 48, Kernel = 5, Padding = 2)", "NinBlock(128, 96, 48, Kernel = 5, Padding = 2)", "NinBlock(128, 96, 10, Kernel = 5, Padding = 2, LastRelu = false)", 349_674)]
    [InlineData("Network(3, 32, 32)", "NinBlock(192, 160, 96, Kernel = 5, Padding = 2)", "NinBlock(192, 192, 192, Kernel = 5, Padding = 2)", "NinBlock(192, 192, 10, Kernel = 3, Padding = 1, LastRelu = false)", 966_986)]
    public void The_papers_networks_have_their_parameters(string input, string first, string second, string third, long parameters)
    {
        NetworkSpec spec = TestCompilation.Spec($"""
            using Nin;
            [{input}, {first}, MaxPool2d(3, Stride = 2, Padding = 1), Dropout(0.5), {second}, MaxPool2d(3, Stride = 2, Padding = 1), Dropout(0.5), {third}]
            [GlobalAvgPool2d, Flatten]
            partial class Net;
            """);
        spec.ParameterCount.Should().Be(parameters);
        spec.Output.Should().Be(Shape.Features(10));
    }
}
