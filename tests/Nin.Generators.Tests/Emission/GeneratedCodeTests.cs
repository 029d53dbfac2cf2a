using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Emission;

/// <summary>Generated code compiles without a warning, documentation included, whatever the layers, their names and their surroundings.</summary>
public class GeneratedCodeTests
{
    [Theory]
    [InlineData("Conv2d(4, Kernel = 1)")]
    [InlineData("Conv2d(4, Kernel = 3, Stride = 2, Padding = 1, Dilation = 2, Groups = 2, Bias = false)")]
    [InlineData("Conv2d(4, Kernel = 3, DilationHeight = 2, DilationWidth = 1)")]
    [InlineData("Pointwise(3), Pointwise(2, Bias = false)")]
    [InlineData("NinBlock(4, Kernel = 3, Stride = 2, Padding = 1)")]
    [InlineData("NinBlock(4, Pointwise = 0), NinBlock(4, Pointwise = 1), NinBlock(4, 3, 2, 5, LastRelu = false), NinBlock(3, 2, 1, LastRelu = false)")]
    [InlineData("NinBlock(4, BatchNorm = true), NinBlock(4, 3, BatchNorm = true, LastRelu = false), NinBlock(2, Pointwise = 0, BatchNorm = true)")]
    [InlineData("Relu")]
    [InlineData("Conv2d(2, Kernel = 1), Relu, Pointwise(3), Relu, Flatten, Linear(4), Relu")]
    [InlineData("Conv2d(2, Kernel = 1), LeakyRelu(0.2), LeakyRelu(0)")]
    [InlineData("MaxPool2d(3, Stride = 2, Padding = 1), AvgPool2d(2), GlobalAvgPool2d")]
    [InlineData("BatchNorm2d, BatchNorm2d(Epsilon = 1e-3, Momentum = 1)")]
    [InlineData("Dropout, Conv2d(2, Kernel = 1), Dropout(0), Dropout(1)")]
    [InlineData("Flatten")]
    [InlineData("GlobalAvgPool2d, Flatten, Linear(3, Bias = false)")]
    [InlineData("Conv2d(2, Kernel = 1), Conv2d(2, Kernel = 1), Add(\"Conv1\", \"Conv2\"), Add(\"Conv1\", \"Conv1\", \"Add1\", \"Add1\")")]
    [InlineData("Conv2d(2, Kernel = 1), Conv2d(3, Kernel = 1), Concat(\"Conv1\", \"Conv2\", \"Conv1\"), Flatten, Linear(5), Concat(\"Linear1\", \"Flatten1\")")]
    [InlineData("Conv2d(1030, Kernel = 1), Conv2d(2050, Kernel = 1), Flatten")]
    [InlineData("Conv2d(2, Kernel = 1), Conv2d(3, Kernel = 1, From = \"Conv1\"), Conv2d(4, Kernel = 1, From = \"Conv1\")")]
    public void Every_layer_compiles(string layers) => ShouldCompile($$"""
        namespace Demo;
        using Nin;
        /// <summary>A network.</summary>
        [Network(2, 8, 9), {{layers}}]
        public sealed partial class Net;
        """);

    [Fact]
    public void The_oldest_version_of_CSharp_that_is_allowed_compiles()
    {
        Compilation compilation = TestCompilation.Generate(TestCompilation.Create(
            ["""
            namespace Demo;
            using Nin;
            [Network(2, 8, 9), Conv2d(4, Kernel = 3, Padding = 1), Relu, NinBlock(4, Kernel = 3, Padding = 1), Add("Relu1", "Block1")]
            [MaxPool2d(2), NinBlock(4, BatchNorm = true), BatchNorm2d, Dropout, GlobalAvgPool2d, Flatten, Linear(3)] partial class Net { }
            """], LanguageVersion.CSharp13)).Compilation;
        compilation.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden).Should().BeEmpty();
        compilation.SyntaxTrees.Last().ToString().Should().Contain(": Network<");
    }

    [Theory]
    [InlineData("input")]
    [InlineData("pass")]
    [InlineData("arena")]
    [InlineData("device")]
    [InlineData("seed")]
    [InlineData("parameters")]
    [InlineData("conv1")]
    [InlineData("dConv1")]
    [InlineData("Class")]
    [InlineData("_")]
    [InlineData("Shape")]
    [InlineData("Init")]
    [InlineData("ParameterRole")]
    [InlineData("D8")]
    [InlineData("Block1Layers")]
    [InlineData("Conv1Relu1")]
    [InlineData("Train")]
    [InlineData("Infer")]
    [InlineData("Backpropagate")]
    [InlineData("MemoryPlan")]
    [InlineData("InputShape")]
    [InlineData("OutputShape")]
    [InlineData("Name")]
    [InlineData("network")]
    [InlineData("Create")]
    [InlineData("INetworkType")]
    public void Every_layer_name_compiles(string name) => ShouldCompile($$"""
        namespace Demo;
        using Nin;
        [Network(2, 8, 9), Conv2d(2, Kernel = 1), Relu, Conv2d(2, Kernel = 1, Name = "{{name}}"), NinBlock(2, Kernel = 3, Padding = 1), Add("{{name}}", "Block1", "Relu1"), Pointwise(3)]
        partial class Net;
        """);

    [Theory]
    [InlineData("namespace Demo; class Shape; class D2; class Network;")]
    [InlineData("namespace Demo { namespace Conv2d { class X; } }")]
    [InlineData("global using Other; namespace Other { class Shape; class Device; class Chw<A, B, C>; } namespace Demo { }")]
    [InlineData("namespace Demo; partial class Net { class Conv2dSizes; const int ParameterRole = 1; }")]
    public void Types_of_the_same_name_compile(string others) => ShouldCompile(
        "namespace Demo; using Nin; [Network(2, 8, 9), Conv2d(2, Kernel = 1), Flatten, Linear(3)] partial class Net;", others);

    [Theory]
    [InlineData("using Nin; {0} partial class Net;")]
    [InlineData("using Nin; partial class Outer {{ {0} private sealed partial class Net; }}")]
    [InlineData("using Nin; namespace A.B {{ partial class Shape<D8> where D8 : class {{ partial struct Inner {{ {0} public partial class Net; }} }} }}")]
    [InlineData("namespace Nin.Model.Sub; {0} partial class Net;")]
    [InlineData("namespace Nin.Layers; {0} partial class Net;")]
    [InlineData("using Nin; [assembly: System.CLSCompliant(true)] namespace Demo {{ {0} public sealed partial class Net; }}")]
    [InlineData("using Nin; [assembly: System.CLSCompliant(true)] namespace Demo {{ /** <summary>Outer.</summary> */ public partial class Outer {{ {0} protected partial class Net; }} }}")]
    [InlineData("using Nin; [assembly: System.CLSCompliant(true)] {0} [System.CLSCompliant(false)] public partial class Net;")]
    [InlineData("using Nin; [assembly: System.CLSCompliant(true)] {0} partial class Net;")]
    [InlineData("using Nin; [assembly: System.CLSCompliant(false)] {0} public partial class Net;")]
    [InlineData("using Nin; {0} partial class Block1Layers;")]
    [InlineData("using Nin; {0} partial class Forward;")]
    public void Every_place_compiles(string place) => ShouldCompile(string.Format(
        System.Globalization.CultureInfo.InvariantCulture, place, "[Network(2, 8, 9), NinBlock(2), Dropout, GlobalAvgPool2d, Flatten]"));

    [Fact]
    public void Shipped_models_compile_without_a_warning()
    {
        (Compilation compilation, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(ShippedModels.All);
        diagnostics.Should().BeEmpty();
        compilation.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden).Should().BeEmpty();
    }

    [Theory]
    [InlineData("BookNin", 1_992_166, 762_297_352)]
    [InlineData("Book96", 1_992_166, null)]
    [InlineData("Mnist28", 349_674, null)]
    [InlineData("Cifar10", 966_986, null)]
    public void Shipped_models_have_their_published_counts(string model, int parameters, int? macs)
    {
        INamedTypeSymbol type = TestCompilation.Generate(ShippedModels.All).Compilation.GetTypeByMetadataName($"Nin.Runner.Models.{model}")!;
        Constant("ParameterCount").Should().Be(parameters);
        if (macs is { } count) Constant("ForwardMacs").Should().Be(count);

        long Constant(string name) => (long)((IFieldSymbol)type.GetMembers(name).Single()).ConstantValue!;
    }

    [Theory]
    [InlineData("Conv2d(2, Kernel = 1), MaxPool2d(99)", "NIN005")]
    [InlineData("Conv2d(2, Kernel = 1), Conv2d(3, Kernel = 1, From = \"Missing\")", "NIN009")]
    [InlineData("Conv2d(2, Kernel = 1), Linear(4), Relu", "NIN010")]
    public void A_mistake_in_the_layers_is_the_only_error(string layers, string id)
    {
        Compilation compilation = TestCompilation.Generate(TestCompilation.Create([$$"""
            using Nin;
            using Nin.Dimensions;
            using var device = Device.Open("cpu");
            using var net = new Net(device, seed: 1);
            using var images = net.CreateInput(4);
            images.CopyFrom(new float[4 * 128], Layout.Nchw);
            Tensor<Features<D10>> logits = net.Forward(images);
            using var sgd = new Nin.Training.Sgd(net.Parameters, 0.1);
            float loss = net.TrainStep(images, new int[4], sgd);
            long all = net.Conv1.Weight.Length + Net.ParameterCount + Net.TrainingBytes(4) + Net.Architecture.Macs;
            [Network(2, 8, 8), {{layers}}] partial class Net;
            """]).WithOptions(new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))).Compilation;
        compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS8805").Should().BeEmpty(id);
    }

    static void ShouldCompile(params string[] sources)
    {
        (Compilation compilation, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(TestCompilation.Create(sources));
        diagnostics.Should().BeEmpty();
        compilation.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden).Should().BeEmpty();
        compilation.SyntaxTrees.Should().HaveCountGreaterThan(sources.Length);
    }
}
