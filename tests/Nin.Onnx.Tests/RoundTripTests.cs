using Nin.Runner.Models;
using Nin.Runner.Studies;

namespace Nin.Onnx.Tests;

/// <summary>Networks that are written as ONNX files answer there, and read again, as they do here.</summary>
public sealed class RoundTripTests : IDisposable
{
    readonly Device device = Device.Open("cpu");
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-onnx");

    public static TheoryData<string> Names => [.. Creators.Keys];

    static Dictionary<string, Func<Device, INetwork>> Creators { get; } = new()
    {
        ["EveryLayer"] = d => new EveryLayer(d, 3),
        ["SmallResNet"] = d => new SmallResNet(d, 3),
        ["PooledResNet"] = d => new PooledResNet(d, 3),
        ["TallResNet"] = d => new TallResNet(d, 3),
        ["SmallMobileNet"] = d => new SmallMobileNet(d, 3),
        ["TwiceNet"] = d => new TwiceNet(d, 3),
        ["BranchedNet"] = d => new BranchedNet(d, 3),
        ["Quick28"] = d => new Quick28(d, 3),
        ["Slim28"] = d => new Slim28(d, 3),
        ["Deep28"] = d => new Deep28(d, 3),
        ["Modern28"] = d => new Modern28(d, 3),
        ["Mnist28"] = d => new Mnist28(d, 3),
        ["Cifar10"] = d => new Cifar10(d, 3),
        ["Book96"] = d => new Book96(d, 3),
        ["BookNin"] = d => new BookNin(d, 3),
        ["BookOnePointwise"] = d => new BookOnePointwise(d, 3),
    };

    [Fact]
    public void Every_kind_of_layer_is_among_them()
    {
        // A layer of one's own.
        string[] others = ["Custom"];
        var kinds = typeof(LayerAttribute).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(LayerAttribute)) && t is { IsAbstract: false, IsGenericType: false })
            .Select(t => t.Name[..^nameof(Attribute).Length]).Except(others);
        EveryLayer.Architecture.Layers.Concat(SmallResNet.Architecture.Layers).Select(l => l.Kind).Should().Contain(kinds);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Onnx_Runtime_gives_the_same_logits(string name)
    {
        using var network = Create(name, device);
        string path = Save(network);
        var input = network.Architecture.Input;
        float[] images = Logits.Images(input, batch: 3);

        float[] got = Logits.OfRuntime(path, input, images, batch: 3);

        Logits.ShouldAgree(got, Logits.Of(network, images, batch: 3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_declaration_that_is_read_back_gives_the_same_bits(string name)
    {
        using var network = Create(name, device);
        var imported = OnnxImport.Read(Save(network), "Imported");
        string weights = Path.Combine(folder.FullName, "imported.safetensors");
        imported.SaveWeights(weights);
        float[] images = Logits.Images(network.Architecture.Input, batch: 3);

        using var back = Declared.Load(imported.ToDeclaration(), "Imported", device, weights);

        Logits.Of(back, images, batch: 3).Should().Equal(Logits.Of(network, images, batch: 3));
    }

    [Fact]
    public void Residual_blocks_are_read_as_stages()
    {
        using var network = Create("SmallResNet", device);

        string declaration = OnnxImport.Read(Save(network), "ResNet").ToDeclaration("Mine");

        declaration.Should().StartWith("""
            using Nin;

            namespace Mine;

            /// <summary>The block that <see cref="ResNet"/> repeats.</summary>
            [Layers]
            [Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
            [BatchNorm2d, Relu]
            [Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
            [BatchNorm2d]
            [Add("Norm2", "input", Project = true)]
            [Relu]
            abstract class ResNetBlock;

            /// <summary>Imported from network.onnx.</summary>
            [Network(3, 32, 32, Classes = 10)]
            [Conv2d(8, Kernel = 3, Padding = 1, Bias = false)]
            [BatchNorm2d, Relu]
            [LayersOf<ResNetBlock>(Times = 2, Name = "Stage1", Filters = 8, Stride = 1)]
            [LayersOf<ResNetBlock>(Times = 2, Name = "Stage2", Filters = 16, Stride = 2)]
            [LayersOf<ResNetBlock>(Times = 3, Name = "Stage3", Filters = 24, Stride = 2)]
            [GlobalAvgPool2d]
            [Flatten]
            [Linear(10)]
            public sealed partial class ResNet
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Blocks_without_branches_are_stages_where_they_repeat()
    {
        using var network = Create("SmallMobileNet", device);

        string declaration = OnnxImport.Read(Save(network), "Mobile").ToDeclaration("Mine");

        declaration.Should().StartWith("""
            using Nin;

            namespace Mine;

            /// <summary>The block that <see cref="Mobile"/> repeats.</summary>
            [Layers]
            [Conv2d(Block.Filters, Kernel = 3, Padding = 1, Groups = Block.Filters, Bias = false)]
            [BatchNorm2d, Relu]
            [Pointwise(Block.Filters, Bias = false)]
            [BatchNorm2d, Relu]
            abstract class MobileBlock;

            /// <summary>Imported from network.onnx.</summary>
            [Network(3, 16, 12, Classes = 6)]
            [Conv2d(8, Kernel = 3, Padding = 1, Bias = false)]
            [BatchNorm2d, Relu]
            [LayersOf<MobileBlock>(Times = 3, Name = "Stage1", Filters = 8)]
            [Conv2d(8, Kernel = 3, Stride = 2, Padding = 1, Groups = 8, Bias = false)]
            [BatchNorm2d, Relu]
            [Pointwise(16, Bias = false)]
            [BatchNorm2d, Relu]
            [LayersOf<MobileBlock>(Times = 2, Name = "Stage2", Filters = 16)]
            [Pointwise(16)]
            [GlobalAvgPool2d]
            [Flatten]
            [Linear(6)]
            public sealed partial class Mobile
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Metadata_go_with_the_file_and_into_the_weights()
    {
        using var network = Create("Quick28", device);
        string path = Path.Combine(folder.FullName, "network.onnx");
        OnnxExport.Save(network, path, new Dictionary<string, string> { ["nin.classes"] = """["a","b"]""", ["nin.resize"] = "\"Pad\"" });
        string weights = Path.Combine(folder.FullName, "imported.safetensors");

        OnnxImport.Read(path).SaveWeights(weights);

        Checkpoint.ReadMetadata(weights).Should().Contain("nin.classes", """["a","b"]""").And.Contain("nin.resize", "\"Pad\"");
    }

    [Fact]
    public void Metadata_of_an_imported_file_can_be_written_again()
    {
        using var network = Create("Quick28", device);
        string path = Path.Combine(folder.FullName, "network.onnx");
        OnnxExport.Save(network, path, new Dictionary<string, string> { ["nin.classes"] = "[]" });

        var read = OnnxImport.Read(path).Metadata;
        OnnxExport.Save(network, path, read);
        Checkpoint.Save(network, Path.Combine(folder.FullName, "network.safetensors"), read);

        read.Should().Contain("nin.classes", "[]").And.NotContainKey("nin.model", "that is what it was");
        OnnxFile.Read(path).Model.MetadataProps.Where(m => m.Key == "nin.model").Select(m => m.Value).Should().Equal("Quick28");
    }

    [Fact]
    public void A_layer_that_is_called_as_the_output_keeps_its_name()
    {
        using var network = new NamedAsTheOutput(device, 3);
        string path = Save(network);
        float[] images = Logits.Images(NamedAsTheOutput.Architecture.Input, batch: 2);

        Logits.ShouldAgree(Logits.OfRuntime(path, NamedAsTheOutput.Architecture.Input, images, batch: 2), Logits.Of(network, images, batch: 2));
    }

    [Fact]
    public void A_layer_of_ones_own_is_refused_by_name_and_nothing_is_written()
    {
        using var network = new OwnActivation(device, 0);
        string path = Path.Combine(folder.FullName, "own.onnx");

        var save = () => OnnxExport.Save(network, path);

        save.Should().Throw<NotSupportedException>().WithMessage("OwnActivation cannot be written as ONNX: Activation1 (Activation<Own>) is of a kind that ONNX does not have.*");
        File.Exists(path).Should().BeFalse();
    }

    public void Dispose()
    {
        device.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>With biases and statistics of their own, so that none can be mistaken for another.</summary>
    internal static INetwork Create(string name, Device device)
    {
        var network = Creators[name](device);
        var random = new Random(5);
        foreach (var parameter in network.Parameters.Where(p => p.Spec.Role != ParameterRole.Weight))
        {
            double center = parameter.Spec.Role is ParameterRole.Scale or ParameterRole.RunningVariance ? 1 : 0;
            parameter.CopyFrom([.. Enumerable.Range(0, (int)parameter.Spec.Length).Select(_ => (float)(center + random.NextDouble() * 0.4 - 0.1))]);
        }

        return network;
    }

    string Save(INetwork network)
    {
        string path = Path.Combine(folder.FullName, "network.onnx");
        OnnxExport.Save(network, path);
        return path;
    }
}
