namespace Nin.Onnx.Tests;

/// <summary>What the class of an imported network may be called: its declaration compiles in a user's build.</summary>
public sealed class ClassNameTests : PatternTests
{
    [Theory]
    [InlineData("nin", "NinNetwork")]
    [InlineData("system", "SystemNetwork")]
    [InlineData("block", "BlockNetwork")]
    [InlineData("conv1", "Conv1Network")]
    [InlineData("architecture", "ArchitectureNetwork")]
    [InlineData("ImportedNames", "ImportedNamesNetwork")]
    [InlineData("load", "LoadNetwork")]
    [InlineData("shape", "Shape")]
    [InlineData("device", "DeviceNetwork")]
    [InlineData("conv2d", "Conv2d")]
    [InlineData("network", "Network")]
    [InlineData("tensor", "Tensor")]
    public void A_file_may_have_any_name(string file, string expected)
    {
        string path = Path.Combine(Folder.FullName, $"{file}.onnx");
        File.Move(Graph.Save(Folder, Blocks()), path);

        var network = OnnxImport.Read(path);

        network.Name.Should().Be(expected);
        network.ToDeclaration().Should().Contain("LayersOf");
        Declared.Compile(network.ToDeclaration());
        Declared.Compile(network.ToDeclaration("Some.Space"));
    }

    [Theory]
    [InlineData("class", "'class' is not a valid class name: use letters, digits and _, and no C# keyword.*")]
    [InlineData("record", "'record' is not a valid class name*")]
    [InlineData("file", "'file' is not a valid class name*")]
    [InlineData("required", "'required' is not a valid class name*")]
    [InlineData("scoped", "'scoped' is not a valid class name*")]
    [InlineData("1x", "'1x' is not a valid class name*")]
    [InlineData("Nin", "A network's class cannot be called Nin: it would hide what its declaration needs by that name.*")]
    [InlineData("Block", "A network's class cannot be called Block*")]
    [InlineData("Conv1", "A network's class cannot be called Conv1: a member of it has that name.*")]
    [InlineData("Architecture", "A network's class cannot be called Architecture: a member of it has that name.*")]
    public void A_name_that_no_class_can_have_is_refused(string name, string message)
    {
        string path = Graph.Save(Folder, Blocks());
        FluentActions.Invoking(() => OnnxImport.Read(path, name)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory, InlineData("1x y"), InlineData("class"), InlineData("A..B"), InlineData("")]
    public void A_name_that_no_namespace_can_have_is_refused(string nameSpace)
    {
        var network = OnnxImport.Read(Graph.Save(Folder, Blocks()));
        FluentActions.Invoking(() => network.ToDeclaration(nameSpace)).Should().Throw<ArgumentException>()
            .WithMessage($"'{nameSpace}' is not a valid namespace: use C# identifiers with dots between them.*");
    }

    // Residual blocks that repeat, so that the declaration has a class of a block too.
    string Blocks()
    {
        string x = Conv();
        for (int i = 0; i < 2; i++)
        {
            string inner = Graph.Node("Relu", [Graph.Node("Conv", [x, Graph.Weights(4, 4, 1, 1), Graph.Weights(4)])]);
            x = Graph.Node("Relu", [Graph.Node("Add", [Graph.Node("Conv", [inner, Graph.Weights(4, 4, 1, 1), Graph.Weights(4)]), x])]);
        }

        return x;
    }
}
