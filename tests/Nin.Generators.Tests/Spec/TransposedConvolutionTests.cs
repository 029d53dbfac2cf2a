using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>What a transposed convolution leads to in a network.</summary>
public sealed class TransposedConvolutionTests
{
    [Fact]
    public void A_block_may_give_its_filters_and_stride()
    {
        NetworkSpec spec = TestCompilation.Spec("""
            using Nin;
            [Network(3, 8, 8), LayersOf<Up>(Name = "First", Filters = 6, Stride = 2), LayersOf<Up>(Name = "Second", Filters = 4, Stride = 3)] partial class Net;
            [Layers, ConvTranspose2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, OutputPadding = 1), Relu] abstract class Up;
            """);
        spec.HasErrors.Should().BeFalse();
        spec.Output.Should().Be(Shape.Chw(4, 47, 47));
    }

    [Fact]
    public void What_it_enlarges_has_pixels_that_are_closer_together()
    {
        NetworkSpec spec = TestCompilation.Spec("""
            using Nin;
            [Network(3, 16, 16), Conv2d(4, Kernel = 2, Stride = 2), Conv2d(4, Kernel = 2, Stride = 2)]
            [ConvTranspose2d(4, Kernel = 4, Stride = 2, Padding = 1), Conv2d(1, Kernel = 3)] partial class Net;
            """);
        spec.Layers[1].Field.Should().Be(new ReceptiveField(4, 4, 4));
        spec.Layers[2].Field.Should().Be(new ReceptiveField(8, 8, 2), "two pixels that are four apart");
        spec.Layers[3].Field.Should().Be(new ReceptiveField(12, 12, 2));
    }
}
