using Microsoft.CodeAnalysis;
using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

public class LayersOfTests
{
    const string Other = """
        using Nin;
        namespace There;
        [Network(1, 28, 28)]
        [NinBlock(8, Kernel = 3, Padding = 1, Name = "Trunk")]
        [NinBlock(8, Kernel = 3, Padding = 1)]
        [Add("Trunk", "Block2")]
        public partial class Other;

        """;

    [Fact]
    public void Layers_are_copied_renamed_and_inferred_for_the_new_input()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; using There; [Network(3, 9, 9), NinBlock(5), Conv2d(4, Kernel = 1), LayersOf<Other>, NinBlock(2)] partial class Net;", Compiled(Other));
        spec.HasErrors.Should().BeFalse();
        spec.Layers.Select(l => l.Name).Should().Equal("Block1", "Conv1", "Trunk", "Block3", "Add1", "Block4");
        spec.Layers.Select(l => string.Join(' ', l.Inputs)).Should().Equal("-1", "0", "1", "2", "2 3", "4");
        spec.Layers[3].Parameters[0].Name.Should().Be("Block3.0.weight");
        spec.Output.Should().Be(Shape.Chw(2, 9, 9));
    }

    [Fact]
    public void From_says_what_the_first_copied_layer_reads()
    {
        NetworkSpec spec = TestCompilation.Spec("using Nin; using There; [Network(3, 9, 9), Relu, Conv2d(4, Kernel = 1), LayersOf<Other>(From = \"Relu1\"), Concat(\"Conv1\", \"Add1\")] partial class Net;", Compiled(Other));
        spec.Layers[2].Inputs.Should().Equal(0);
        spec.Layers[5].Inputs.Should().Equal(1, 4);
    }

    [Fact]
    public void Copies_of_copies_are_followed()
    {
        NetworkSpec spec = TestCompilation.Spec("""
            using Nin;
            [Network(1, 8, 8), Conv2d(2, Kernel = 1)] partial class A;
            [Network(1, 8, 8), LayersOf<A>, Relu, LayersOf<A>] partial class B;
            [Network(1, 8, 8), LayersOf<B>, LayersOf<A>] partial class Net;
            """);
        spec.Layers.Select(l => l.Name).Should().Equal("Conv1", "Relu1", "Conv2", "Conv3");
        spec.Layers.Select(l => l.Inputs.Single()).Should().Equal(-1, 0, 1, 2);
    }

    [Fact]
    public void A_diagnostic_inside_stands_on_the_attribute_and_names_the_copied_layer() => Marked.Verify(
        [
            """
            using Nin;
            [Network(8, 4, 4)]
            [Relu]
            [{|NIN005:LayersOf<There.Other>|}]
            [Relu]
            partial class Net;
            """,
        ],
        [Compiled("using Nin; namespace There; [Network(1, 28, 28), Relu, NinBlock(8, Kernel = 7)] public partial class Other;")],
        "Other.Block1 (layer 2 of Other): window 7x7 does not fit the padded input 4x4 of 8x4x4; use Kernel <= 4 or Padding >= 2");

    [Fact]
    public void What_is_wrong_with_the_copied_arguments_is_reported_where_they_stand_alone() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8), Conv2d(2, {|NIN004:Kernel = 0|})] partial class A;
        [Network(1, 8, 8), LayersOf<A>] partial class Net;
        """,
        "Conv1 (layer 1): Kernel = 0 is out of range; use 1 or more");

    static PortableExecutableReference Compiled(string source) => TestCompilation.EmitReference(TestCompilation.Create([source]));
}
