using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

/// <summary>An error in a block is reported on the block; one that a copy causes is reported on its <c>[LayersOf]</c>.</summary>
public class BlockDiagnosticsTests
{
    [Theory]
    [InlineData("{|NIN003:Layers|}", "Plain: it has no layer; add one, such as [Conv2d(Block.Filters, Kernel = 3)]")]
    [InlineData("Layers, Conv2d(4, {|NIN004:Kernel = 0|})", "Conv1 (layer 1): Kernel = 0 is out of range; use 1 or more")]
    [InlineData("Layers, {|NIN004:Conv2d|}(Block.Filters)", "Conv1 (layer 1): Kernel is not given; use Kernel = 3, say, or [Pointwise(1)] for a 1x1 convolution")]
    [InlineData("Layers, Relu({|NIN009:From = \"Conv1\"|})", "Relu1 (layer 1): From = \"Conv1\" names no layer; no layer comes before it")]
    [InlineData("Layers, Relu({|NIN009:Name = \"input\"|})", "input (layer 1): input names the block's input; choose another name")]
    [InlineData("Layers, Relu(Name = \"A\"), Relu({|NIN009:Name = \"A\"|})", "A (layer 2): A (layer 1) has the name A too; choose another")]
    [InlineData("Layers, Relu({|NIN009:Name = \"a b\"|})", "a b (layer 1): \"a b\" is not a valid C# identifier; use letters, digits and _")]
    [InlineData("Layers, Relu, {|NIN004:LayersOf<Plain>|}", "LayersOf<Plain>: Plain takes its layers from Plain again; name a network that does not")]
    [InlineData("Layers, LayersOf<Plain2>({|NIN004:Filters = 0|})", "LayersOf<Plain2>: Filters = 0 is out of range; use 1 or more")]
    [InlineData("Layers, {|NIN004:LayersOf<Plain2>|}", "LayersOf<Plain2>: Plain2 takes Filters, which is not given; use Filters = 64, say")]
    public void A_blocks_own_arguments_and_names_are_checked(string attributes, string message) => Marked.Verify(
        $"using Nin; [{attributes}] abstract class Plain; [Layers, Conv2d(Block.Filters, Kernel = 1)] abstract class Plain2;", message);

    [Theory]
    [InlineData("{|NIN004:LayersOf<B>|}(Stride = 1)", "LayersOf<B>: B takes Filters, which is not given; use Filters = 64, say")]
    [InlineData("{|NIN004:LayersOf<B>|}(Filters = 8, Times = 3, Name = \"A\")", "LayersOf<B>: B takes Stride, which is not given; use Stride = 1, say")]
    [InlineData("LayersOf<B>({|NIN004:Filters = -1|}, Stride = 1)", "LayersOf<B>: Filters = -1 is out of range; use 1 or more")]
    [InlineData("LayersOf<B>(Filters = 2, Stride = 1, {|NIN004:Times = 0|})", "LayersOf<B>: Times = 0 is out of range; use 1 to 1000")]
    [InlineData("LayersOf<B>(Filters = 2, Stride = 1, {|NIN004:Times = 1001|})", "LayersOf<B>: Times = 1001 is out of range; use 1 to 1000")]
    [InlineData("LayersOf<Plain>({|NIN004:Filters = 3|})", "LayersOf<Plain>: Filters is given, but no layer of Plain takes Block.Filters; leave it out")]
    [InlineData("LayersOf<B>({|NIN004:Filters = Block.Filters|}, Stride = 1)", "LayersOf<B>: Filters = Block.Filters has a value in a class with [Layers] alone; use a number")]
    [InlineData("Conv2d({|NIN004:Block.Filters|}, Kernel = 1)", "Conv1 (layer 1): filters = Block.Filters has a value in a class with [Layers] alone; use a number")]
    [InlineData("MaxPool2d(2, {|NIN004:Stride = Block.Stride|})", "Pool1 (layer 1): Stride = Block.Stride has a value in a class with [Layers] alone; use a number")]
    [InlineData("{|NIN004:LayersOf<Many>|}(Filters = 200)", "Many.Block1 (layer 1 of Many): Pointwise = 200 is out of range; use 0 to 100")]
    [InlineData("LayersOf<Plain>({|NIN009:Until = \"Relu3\"|})", "LayersOf<Plain>: Until = \"Relu3\" names no layer of Plain; use one of Trunk, Relu2")]
    [InlineData("LayersOf<Plain>({|NIN009:Name = \"a b\"|})", "LayersOf<Plain>: Name = \"a b\" is not a valid C# identifier, with which the names of its layers begin; use letters, digits and _")]
    [InlineData("LayersOf<Plain>({|NIN009:Name = \"\"|}, Times = 2)", "LayersOf<Plain>: Name = \"\" is not a valid C# identifier, with which the names of its layers begin; use letters, digits and _")]
    [InlineData("{|NIN009:LayersOf<Plain>|}(Times = 3)", "Plain.Trunk (layer 1 of Plain): Plain.Trunk (layer 1 of Plain) has the name Trunk too; give its [LayersOf] a Name of its own, which then begins the names of its layers")]
    [InlineData("Relu({|NIN009:Name = \"input\"|})", "input (layer 1): input names the network's input; choose another name")]
    public void A_line_that_does_not_fit_its_block_is_reported(string attributes, string message) => Marked.Verify(
        $"""
        using Nin;
        [Network(2, 8, 8), {attributes}]
        partial class Net;
        [Layers, Conv2d(Block.Filters, Kernel = 3, Padding = 1, Stride = Block.Stride)] abstract class B;
        [Layers, Relu(Name = "Trunk"), Relu] abstract class Plain;
        [Layers, NinBlock(4, Pointwise = Block.Filters)] abstract class Many;
        """,
        message);

    [Fact]
    public void Each_repetition_says_the_same_once() => Marked.Verify(
        """
        using Nin;
        [Network(2, 8, 8), {|NIN104:LayersOf<Biased>|}(Times = 3, Name = "A")] partial class Net;
        [Layers, Conv2d(2, Kernel = 1), BatchNorm2d] abstract class Biased;
        """,
        "Biased.Conv1 (layer 1 of Biased): Biased.Norm1 (layer 2 of Biased) subtracts the mean of 2x8x8, and the bias with it; use Bias = false");

    [Fact]
    public void A_shape_that_does_not_fit_inside_stands_on_the_line() => Marked.Verify(
        """
        using Nin;
        [Network(2, 8, 8), {|NIN008:LayersOf<Sum>|}(Name = "A", Filters = 3)] partial class Net;
        [Layers, Conv2d(Block.Filters, Kernel = 1), Add("Conv1", "input")] abstract class Sum;
        """,
        "Sum.Add1 (layer 2 of Sum): Sum.Conv1 (layer 1 of Sum) gives 3x8x8 and the network's input is 2x8x8, but Add needs equal shapes; make the latter give 3x8x8, or use [Concat]");

    [Theory]
    [InlineData("Conv2d(4, Kernel = 1), MaxPool2d(3, Stride = 1), Add(\"Pool1\", {|NIN008:\"Conv1\"|}, Project = true)", "Add1 (layer 3): Pool1 (layer 2) gives 4x6x6 and Conv1 (layer 1) gives 4x8x8, but Add needs equal shapes; make the latter give 4x6x6, or a shape that a 1x1 convolution takes there")]
    [InlineData("Flatten, Linear(3), Add(\"Linear1\", {|NIN008:\"Flatten1\"|}, Project = true)", "Add1 (layer 3): Linear1 (layer 2) gives 3 features and Flatten1 (layer 1) gives 128 features, but Add needs equal shapes; make the latter give 3 features, or a shape that a 1x1 convolution takes there")]
    [InlineData("Conv2d(4, Kernel = 1, Name = \"Add1Project\"), Add(\"Add1Project\", \"input\", {|NIN009:Project = true|})", "Add1Project, before Add1 (layer 2): Add1Project (layer 1) has the name Add1Project too; choose another")]
    [InlineData("Conv2d(4, Kernel = 1), Add(\"Conv1\", \"input\", {|NIN009:Project = true|}, Name = \"Own\")", "OwnProjectNorm, before Own (layer 2): OwnProjectNorm is another member of Net; choose another name")]
    public void A_projection_that_cannot_be_is_reported(string layers, string message) => Marked.Verify(
        $"using Nin; [Network(2, 8, 8), {layers}] partial class Net {{ int OwnProjectNorm() => 1; }}", message);

    [Fact]
    public void A_class_cannot_be_a_block_and_a_network() => Marked.Verify(
        "using Nin; [Network(2, 8, 8), {|NIN004:Layers|}, Relu] partial class Net;",
        "Net: [Layers] and [Network] exclude each other; leave [Layers] out, or [Network] where other networks alone take its layers");

    [Fact]
    public void Repetitions_end_where_a_network_has_too_many_layers() => Marked.VerifyDeclaration(
        """
        using Nin;
        [Network(1, 8, 8), {|NIN004:LayersOf<Ten>|}(Times = 1000, Name = "A")] partial class Net;
        [Layers, Relu, Relu, Relu, Relu, Relu, Relu, Relu, Relu, Relu, Relu] abstract class Ten;
        """,
        "LayersOf<Ten>: Net has more than 2000 layers with those of Ten; use fewer");
}
