using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>What <c>[LayersOf]</c> makes of a block: names, inputs, parameters and shortcuts.</summary>
public class BlockTests
{
    const string Residual = """
        [Layers]
        [Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false), BatchNorm2d]
        [Add("Norm1", "input", Project = true), Relu]
        abstract class Residual;

        """;

    [Fact]
    public void Repetitions_with_a_name_are_numbered_and_follow_each_other()
    {
        NetworkSpec spec = Spec("Relu, LayersOf<Plain>(Times = 2, Name = \"Stage\"), Conv2d(2, Kernel = 1)", "[Layers, Conv2d(4, Kernel = 1), Relu(Name = \"Out\")] class Plain;");
        Names(spec).Should().Equal("Relu1", "Stage_1_Conv1", "Stage_1_Out", "Stage_2_Conv1", "Stage_2_Out", "Conv1");
        Inputs(spec).Should().Equal("-1", "0", "1", "2", "3", "4");
        spec.Layers[3].Parameters[0].Name.Should().Be("Stage_2_Conv1.weight");
    }

    [Fact]
    public void A_name_alone_is_not_numbered() => Names(Spec("LayersOf<Plain>(Name = \"Stem\"), LayersOf<Plain>(Name = \"Body\", Times = 1)", "[Layers, Conv2d(4, Kernel = 1)] class Plain;"))
        .Should().Equal("Stem_Conv1", "Body_1_Conv1");

    [Fact]
    public void Repetitions_without_a_name_go_on_with_the_default_numbers() => Names(Spec("Conv2d(4, Kernel = 1), LayersOf<Plain>(Times = 3)", "[Layers, Conv2d(4, Kernel = 1), Relu] class Plain;"))
        .Should().Equal("Conv1", "Conv2", "Relu1", "Conv3", "Relu2", "Conv4", "Relu3");

    [Fact]
    public void Until_takes_the_beginning_of_a_block_or_a_network()
    {
        Names(Spec("LayersOf<Plain>(Until = \"Relu1\", Times = 2, Name = \"A\")", "[Layers, Conv2d(4, Kernel = 1), Relu, Conv2d(4, Kernel = 1)] class Plain;"))
            .Should().Equal("A_1_Conv1", "A_1_Relu1", "A_2_Conv1", "A_2_Relu1");
        Names(Spec("LayersOf<Other>(Until = nameof(Other.Trunk))", "[Network(1, 8, 8), Relu(Name = \"Trunk\"), Flatten] partial class Other;")).Should().Equal("Trunk");
    }

    [Fact]
    public void Input_is_the_networks_and_inside_a_block_the_blocks()
    {
        NetworkSpec spec = Spec(
            "Relu, LayersOf<Plain>(Name = \"A\"), LayersOf<Plain>(Name = \"B\", From = \"input\"), Add(\"B_Add1\", \"input\"), Concat(\"input\", \"A_Add1\"), Relu(From = \"input\")",
            "[Layers, Relu, Add(\"Relu1\", \"input\")] class Plain;");
        Inputs(spec).Should().Equal("-1", "0", "1 0", "-1", "3 -1", "4 -1", "-1 2", "-1");
    }

    [Fact]
    public void Filters_and_stride_are_what_the_line_says_and_only_the_first_repetition_strides()
    {
        NetworkSpec spec = Spec("LayersOf<Residual>(Times = 2, Name = \"S\", Filters = 6, Stride = 2), LayersOf<Residual>(Name = \"T\", Filters = 8, Stride = 1)", Residual);
        spec.HasErrors.Should().BeFalse();
        spec.Layers.Where(l => l.Layer is Conv2dLayer).Select(l => $"{l.Name} {l.Output} {((Conv2dLayer)l.Layer).Window.Rows.Stride}").Should().Equal(
            "S_1_Conv1 6x4x4 2", "S_1_Add1Project 6x4x4 2", "S_2_Conv1 6x4x4 1", "T_Conv1 8x4x4 1", "T_Add1Project 8x4x4 1");
    }

    [Fact]
    public void A_shortcut_is_projected_where_shapes_differ_alone()
    {
        NetworkSpec spec = Spec("LayersOf<Residual>(Times = 2, Name = \"S\", Filters = 6, Stride = 2)", Residual);
        Names(spec).Should().Equal("S_1_Conv1", "S_1_Norm1", "S_1_Add1Project", "S_1_Add1ProjectNorm", "S_1_Add1", "S_1_Relu1", "S_2_Conv1", "S_2_Norm1", "S_2_Add1", "S_2_Relu1");
        Inputs(spec).Should().Equal("-1", "0", "-1", "2", "1 3", "4", "5", "6", "7 5", "8");
        spec.Layers.Select(l => l.Position).Should().Equal(Enumerable.Range(0, 10));
        spec.Layers[2].ParameterCount.Should().Be(6, "6 filters of a channel without bias");
    }

    [Theory]
    [InlineData("Conv2d(4, Kernel = 3, Stride = 3, Padding = 1), Add(\"Conv1\", \"input\", Project = true)", 3)]
    [InlineData("Conv2d(4, Kernel = 2, Stride = 2), MaxPool2d(2, Stride = 2), Add(\"Pool1\", \"input\", \"Conv1\", Project = true)", 4, 2)]
    [InlineData("MaxPool2d(8), Add(\"Pool1\", \"input\", Project = true)", 8)]
    [InlineData("Conv2d(4, Kernel = 1), Add(\"Conv1\", \"input\", Project = true)", 1)]
    public void The_projections_stride_is_the_ratio_of_the_sizes(string layers, params int[] strides) => Spec(layers, "").Layers
        .Where(l => l.Name.StartsWith("Add1Project", StringComparison.Ordinal) && l.Layer is Conv2dLayer)
        .Select(l => ((Conv2dLayer)l.Layer).Window.Rows.Stride).Should().Equal(strides);

    [Fact]
    public void A_block_in_a_block_gets_both_names_and_hands_its_parameters_on()
    {
        NetworkSpec spec = Spec(
            "LayersOf<Outer>(Times = 2, Name = \"A\", Filters = 5, Stride = 2)",
            Residual + "[Layers, LayersOf<Residual>(Name = \"B\", Filters = Block.Filters, Stride = Block.Stride)] class Outer;");
        spec.HasErrors.Should().BeFalse();
        Names(spec).Should().Equal(
            "A_1_B_Conv1", "A_1_B_Norm1", "A_1_B_Add1Project", "A_1_B_Add1ProjectNorm", "A_1_B_Add1", "A_1_B_Relu1", "A_2_B_Conv1", "A_2_B_Norm1", "A_2_B_Add1", "A_2_B_Relu1");
        spec.Layers[6].Output.Should().Be(Shape.Chw(5, 4, 4));
    }

    [Fact]
    public void A_network_copied_for_another_input_decides_on_its_shortcuts_anew() => Names(TestCompilation.Spec(
        "using Nin; [Network(6, 8, 8), LayersOf<Other>] partial class Net; [Network(1, 8, 8), LayersOf<Residual>(Name = \"S\", Filters = 6, Stride = 1)] partial class Other;" + Residual))
        .Should().Equal("S_Conv1", "S_Norm1", "S_Add1", "S_Relu1");

    [Fact]
    public void Blocks_of_another_assembly_are_followed()
    {
        Microsoft.CodeAnalysis.MetadataReference there = TestCompilation.EmitReference(TestCompilation.Create(["using Nin; namespace There; " + Residual.Replace("abstract", "public abstract")]));
        NetworkSpec spec = TestCompilation.Spec("using Nin; [Network(1, 8, 8), LayersOf<There.Residual>(Name = \"S\", Filters = 6, Stride = 2)] partial class Net;", there);
        spec.HasErrors.Should().BeFalse();
        spec.Output.Should().Be(Shape.Chw(6, 4, 4));
    }

    [Theory]
    [InlineData("[Layers, Relu] class Plain;")]
    [InlineData("[Layers, Conv2d(Block.Filters, Kernel = 3, Groups = Block.Filters), Relu] static class Plain;")]
    [InlineData("[Layers, Relu(Name = \"Forward\"), NinBlock(8, Block.Filters, Padding = Block.Stride)] abstract class Plain { const int Forward = 1; }")]
    public void Nothing_is_generated_for_a_block_and_nothing_is_wrong_with_it(string block)
    {
        Marked.Verify("using Nin; " + block);
        TestCompilation.Generate(TestCompilation.Create(["using Nin; " + block])).Compilation.SyntaxTrees.Should().ContainSingle();
    }

    static NetworkSpec Spec(string layers, string block) =>
        TestCompilation.Spec($"using Nin; [Network(1, 8, 8), {layers}] partial class Net; {block}");

    static IEnumerable<string> Names(NetworkSpec spec) => spec.Layers.Select(l => l.Name);

    static IEnumerable<string> Inputs(NetworkSpec spec) => spec.Layers.Select(l => string.Join(' ', l.Inputs));
}
