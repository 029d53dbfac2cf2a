using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin009Tests
{
    [Theory]
    [InlineData("Relu, Conv2d(2, Kernel = 1), Relu({|NIN009:From = \"Block3\"|})", "Relu2 (layer 3): From = \"Block3\" names no layer; use one of Relu1, Conv1")]
    [InlineData("Conv2d(2, Kernel = 1, {|NIN009:From = \"Relu1\"|}), Relu", "Conv1 (layer 1): From = \"Relu1\" comes later; no layer comes before it")]
    [InlineData("Relu, Relu({|NIN009:From = \"Relu2\"|})", "Relu2 (layer 2): From = \"Relu2\" is the layer itself; use one of Relu1")]
    [InlineData("Relu, Add(\"Relu1\", {|NIN009:\"Relu\"|})", "Add1 (layer 2): input \"Relu\" names no layer; use one of Relu1")]
    [InlineData("Relu, Add(\"Relu1\", {|NIN009:null!|})", "Add1 (layer 2): input null names no layer; use one of Relu1")]
    [InlineData("Conv2d(2, Kernel = 1), Add(\"Conv1\", \"input\", Project = true), Relu({|NIN009:From = \"Add1Project\"|})", "Relu1 (layer 3): From = \"Add1Project\" names a layer that Project inserts, which only Add1 can read; declare the 1x1 convolution and its [BatchNorm2d] instead")]
    [InlineData("Relu, LayersOf<Other>({|NIN009:From = \"X\"|})", "LayersOf<Other>: From = \"X\" names no layer; use one of Relu1")]
    public void An_input_that_names_no_earlier_layer_is_told_which_there_are(string layers, string message) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), {layers}] partial class Net; [Network(1, 8, 8), Relu] partial class Other;", message);

    [Theory]
    [InlineData("Relu, Conv2d(2, Kernel = 1, {|NIN009:Name = \"my block\"|})", "my block (layer 2): \"my block\" is not a valid C# identifier; use letters, digits and _")]
    [InlineData("Relu({|NIN009:Name = \"\"|})", " (layer 1): \"\" is not a valid C# identifier; use letters, digits and _")]
    [InlineData("Relu({|NIN009:Name = \"class\"|})", "class (layer 1): class is a C# keyword; choose another name")]
    [InlineData("Relu({|NIN009:Name = \"Net\"|})", "Net (layer 1): Net is the name of the class itself; choose another name")]
    [InlineData("Relu({|NIN009:Name = \"Forward\"|})", "Forward (layer 1): Forward is a member that every network has; choose another name")]
    [InlineData("Relu({|NIN009:Name = \"ToString\"|})", "ToString (layer 1): ToString is a member that every network has; choose another name")]
    [InlineData("Relu({|NIN009:Name = \"Count\"|})", "Count (layer 1): Count is another member of Net; choose another name")]
    [InlineData("Relu(Name = \"X\"), Conv2d(2, Kernel = 1, {|NIN009:Name = \"X\"|})", "X (layer 2): X (layer 1) has the name X too; choose another")]
    [InlineData("Conv2d(2, Kernel = 1, {|NIN009:Name = \"Relu1\"|}), Relu", "Relu1 (layer 1): Relu1 (layer 2) has the name Relu1 too; choose another")]
    [InlineData("Relu({|NIN009:Name = \"a\\nb\\u001b[31m\\u202e\"|})", "a\\u000ab\\u001b[31m\\u202e (layer 1): \"a\\u000ab\\u001b[31m\\u202e\" is not a valid C# identifier; use letters, digits and _")]
    public void A_name_that_a_layer_cannot_have_is_reported(string layers, string message) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), {layers}] partial class Net {{ int Count; }}", message);

    [Fact]
    public void A_default_name_that_a_member_has_is_reported_on_the_layer() => Marked.Verify(
        "using Nin; [Network(1, 8, 8), {|NIN009:Relu|}] partial class Net { void Relu1() { } }",
        "Relu1 (layer 1): Relu1 is another member of Net; choose another name");

    [Theory]
    [InlineData("const int {|NIN009:ParameterCount|} = 1;", "ParameterCount")]
    [InlineData("class {|NIN009:Architecture|};", "Architecture")]
    [InlineData("static long {|NIN009:TrainingBytes|}(int n) => n;", "TrainingBytes")]
    [InlineData("static Net {|NIN009:Load|}(Device device, string path) => null!; static Net Load(string path) => null!;", "Load")]
    public void A_member_that_the_generator_writes_is_reported_where_it_stands(string member, string name) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8), Conv2d(2, Kernel = 1)] partial class Net {{ {member} }}",
        $"Net: it declares {name}, which is a member that the generator writes for every network; choose another name");

    [Fact]
    public void A_name_given_in_two_copies_is_reported_on_the_second() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8), Relu(Name = "Trunk")] partial class Other;
        [Network(1, 8, 8), LayersOf<Other>, {|NIN009:LayersOf<Other>|}] partial class Net;
        """,
        "Other.Trunk (layer 1 of Other): Other.Trunk (layer 1 of Other) has the name Trunk too; give its [LayersOf] a Name of its own, which then begins the names of its layers");
}
