using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>Where the compiler itself reports an error, Nin reports none and keeps what it knows.</summary>
public class HalfTypedTests
{
    [Theory]
    [InlineData("Network(")]
    [InlineData("Network(1, 8, ), Conv2d(2, Kernel = 1)")]
    [InlineData("Network(\"1\", 8, 8), Conv2d(2, Kernel = 1)")]
    [InlineData("Network(1, 8, 8), Conv2d")]
    [InlineData("Network(1, 8, 8), Conv2d()")]
    [InlineData("Network(1, 8, 8), Conv2d(x)")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = )")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 9999999999)")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1, Nonsense = 3)")]
    [InlineData("Network(1, 8, 8), NinBlock(2, null)")]
    [InlineData("Network(1, 8, 8), NinBlock(2, 3, )")]
    [InlineData("Network(1, 8, 8), Relu(From = )")]
    [InlineData("Network(1, 8, 8), Relu(Name = null, From = null)")]
    [InlineData("Network(1, 8, 8), Relu, Add(\"Relu1\")")]
    [InlineData("Network(1, 8, 8), Relu, Add(\"Relu1\", \"Relu1\", null)")]
    [InlineData("Network(1, 8, 8), LayersOf<Missing>")]
    [InlineData("Network(1, 8, 8), LayersOf<>")]
    [InlineData("Network(1, 8, 8), LayersOf<int[]>")]
    [InlineData("Network(1, 8, 8), Missing(3), Relu")]
    [InlineData("Network(1, 8, 8), Network(1, 8, 8), Relu")]
    public void Nin_is_silent(string attributes) => Marked.Verify($"using Nin; [{attributes}] partial class Net;");

    [Fact]
    public void Layers_up_to_the_first_unknown_shape_stay()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(1, 8, 8), NinBlock(4), Conv2d(2, Kernel = ), Relu, Conv2d(3, Kernel = 1, From = \"Block1\", Name = \"Side\")] partial class Net;");
        spec.Layers.Select(l => l.Name).Should().Equal("Block1");
        spec.UntypedNames.Should().Equal("Conv1", "Relu1", "Side");
        spec.Output.Should().BeNull();
        spec.HasErrors.Should().BeTrue();
    }

    [Fact]
    public void Arguments_that_no_shape_depends_on_leave_the_layers_typed()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(1, 8, 8), Dropout(2), NinBlock(4)] partial class Net;");
        spec.Layers.Count.Should().Be(2);
        spec.HasErrors.Should().BeTrue();
    }
}
