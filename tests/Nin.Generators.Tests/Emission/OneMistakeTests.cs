using Microsoft.CodeAnalysis;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Emission;

/// <summary>
/// A wrong declaration is the diagnostic and nothing else: the compiler leaves out what analyzers say where it finds an error among declarations,
/// so that one in generated code would hide the one that helps.
/// </summary>
public class OneMistakeTests
{
    [Theory]
    [InlineData("NIN004", "[Network(0, 8, 8), Conv2d(4, Kernel = 1)] partial class Net;")]
    [InlineData("NIN003", "[Network(3, 8, 8)] partial class Net;")]
    [InlineData("NIN004", "[Network(3, 8, 8), Conv2d(-4, Kernel = 1), MaxPool2d(2, Stride = -1), Dropout(1.5)] partial class Net;")]
    [InlineData("NIN005", "[Network(3, 8, 8), Conv2d(4, Kernel = 9), Relu] partial class Net;")]
    [InlineData("NIN006", "[Network(3, 8, 8), MaxPool2d(2, Padding = 2)] partial class Net;")]
    [InlineData("NIN007", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Groups = 2)] partial class Net;")]
    [InlineData("NIN008", "[Network(3, 8, 8), Conv2d(4, Kernel = 1), Conv2d(5, Kernel = 1), Add(nameof(Conv1), nameof(Conv2))] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, From = \"Nope\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"A\"), Conv2d(4, Kernel = 1, Name = \"A\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), NinBlock(4, Name = \"A\", LastRelu = false), NinBlock(4, Name = \"A\", LastRelu = false)] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"1x\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"class\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"Net\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"Forward\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"Load\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), NinBlock(4, Name = \"Parameters\", LastRelu = false)] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"Own\")] partial class Net { int Own => 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"Own\", From = \"Nope\"), Relu(Name = \"Dispose\")] partial class Net { int Own => 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1, Name = \"class\", From = \"Nope\"), Relu(Name = \"Net\")] partial class Net;")]
    [InlineData("NIN010", "[Network(3, 8, 8), Linear(4), Flatten, Conv2d(4, Kernel = 1)] partial class Net;")]
    [InlineData("NIN011", "[Network(3, 8, 8, Classes = 3), Conv2d(4, Kernel = 1), GlobalAvgPool2d, Flatten] partial class Net;")]
    [InlineData("NIN012", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; [Relu] partial class Net;")]
    [InlineData("NIN013", "[Network(3, 8, 8), Conv2d(4, Kernel = 1), Budget(MaxParameters = 10)] partial class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] static partial class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net<T>;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { Net() { } }")]
    [InlineData("NIN001", "class Outer { [Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; }")]
    [InlineData("NIN002", "[Conv2d(4, Kernel = 1)] partial class Net;")]
    [InlineData("NIN004", "[Network(3, 8, 8), LayersOf<Net>] partial class Net;")]
    [InlineData("NIN002", "[Network(3, 8, 8), LayersOf<string>] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), LayersOf<B>] partial class Net { int Conv1 => 1; } [Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class B;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { const int ParameterCount = 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { class Architecture; void Declared() { } }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { static Net Load(Device device, string path) => null!; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { static Net Load(Device device, System.IO.Stream stream) => null!; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Kernel = 1)] partial class Net { static long TrainingBytes(int batch) => 0; int Load; }")]
    public void The_diagnostic_is_the_only_error(string id, string declaration)
    {
        foreach (string place in new[] { "using Nin;\n", "using Nin;\nnamespace Demo;\n" })
        {
            var compilation = TestCompilation.Create([place + declaration]);
            TestCompilation.Generate(compilation).Compilation.GetDiagnostics()
                .Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty("{0}{1} compiles but for its mistake", place, declaration);
            TestCompilation.Analyze(compilation).Select(d => d.Id).Should().Contain(id, "of {0}{1}", place, declaration);
        }
    }

    [Theory]
    [InlineData("", "{|NIN005:Kernel = 9|}")]
    [InlineData(", Classes = 10", "{|NIN005:Kernel = 9|}")]
    public void A_wrong_network_goes_wherever_a_network_goes(string classes, string kernel)
    {
        string typed = classes.Length == 0 ? "" : """
            INetwork<Net, Chw<D3, D8, D8>, Features<D10>> typed = net;
            Tensor<Features<D10>> logits = net.Forward(typed.CreateInput(4));
            Traced<Features<D10>> head = typed.ForwardTraining(net.CreateInput(4));
            """;
        Marked.Verify($$"""
            using Nin;
            using Nin.Training;
            [Network(3, 8, 8{{classes}}), Conv2d(10, {{kernel}}), GlobalAvgPool2d, Flatten] partial class Net;
            class Use
            {
                static T Made<T>(Device device) where T : INetworkType<T> => T.TrainingBytes(4) > 0 ? T.Create(device, 0) : T.Load(device, T.Architecture.Name);

                void Run(Net net, TrainingData data, TrainerOptions options, Optimizer optimizer)
                {
                    Trainer.Fit(net, data, options);
                    Checkpoint.Load(net, "w");
                    using INetwork any = net;
                    using ISession session = any.CreateSession(4);
                    Made<Net>(any.Device);
                    net.TrainStep(net.CreateInput(4), new int[4], optimizer);
                    {{typed}}
                }
            }
            """, "Conv1 (layer 1): window 9x9 does not fit the padded input 8x8 of 3x8x8; use Kernel <= 8 or Padding >= 1");
    }

    [Fact]
    public void A_wrong_number_of_classes_leaves_the_output_as_it_is_declared() => Marked.Verify(
        """
        using Nin;
        [Network(3, 8, 8, {|NIN011:Classes = 10|}), Pointwise(10), Flatten] partial class Net;
        class Use { Tensor<Features<D10>> Run(Net net, Tensor<Chw<D3, D8, D8>> x) => net.Forward(x); }
        """,
        "Net: Classes = 10, but Flatten1 (layer 2) gives 640 features; put [GlobalAvgPool2d] before Flatten1 (layer 2)");

    [Fact]
    public void A_required_member_is_one_error() => Marked.Verify(
        """
        using Nin;
        [Network(3, 8, 8), Pointwise(10)] partial class Net { public required string {|NIN001:Label|}; }
        class Use { Tensor<Chw<D10, D8, D8>> Run(Device device, Tensor<Chw<D3, D8, D8>> x) => new Net(device) { Label = "" }.Pointwise1.Forward(x); }
        """,
        "Net: it requires Label to be set by whoever creates it, which Load cannot do; remove required, and give it a default value");

    [Theory]
    [InlineData("public void Dispose() { }")]
    [InlineData("void Dispose() { }")]
    [InlineData("void System.IDisposable.Dispose() { }")]
    [InlineData("int Dispose => 1;")]
    [InlineData("public dynamic Forward(object x) => x;")]
    [InlineData("public object Forward(string name) => name;")]
    [InlineData("public Device Device => null!; int Seed; class Parameters; event System.Action TrainingSteps;")]
    [InlineData("public void Save(string path) { } float TrainStep(dynamic x, System.ReadOnlySpan<int> l, Nin.Training.Optimizer o) => 0;")]
    [InlineData("dynamic ForwardTraining; object CreateInput(int batch) => 1; object CreateSession(int n) => n;")]
    [InlineData("static Net Load(string path) => null!; static long TrainingBytes(long batch) => batch;")]
    [InlineData("static Net Create(Device device, int seed) => new(device, seed); static Net Load(Device device, System.IO.FileStream file) => null!;")]
    public void A_member_of_ones_own_adds_no_error_to_a_mistake(string member)
    {
        var compilation = TestCompilation.Create([$$"""
            using Nin;
            [Network(3, 8, 8), Conv2d(4, Kernel = 9)] partial class Net { {{member}} }
            """]);
        TestCompilation.Generate(compilation).Compilation.GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        TestCompilation.Analyze(compilation).Select(d => d.Id).Should().Equal("NIN005");
    }

    [Theory]
    [InlineData("class Block1Layers;")]
    [InlineData("static readonly Net Shared = new(null!); static readonly Architecture Copy = Architecture;")]
    [InlineData("class Block1Layers; int Block1Layers_ => 2;")]
    [InlineData("int Conv1Relu1 => 3;")]
    public void A_member_keeps_a_name_that_generated_code_would_derive(string member)
    {
        var compilation = TestCompilation.Create([$$"""
            using Nin;
            [Network(3, 8, 8), Conv2d(4, Kernel = 1), Relu, NinBlock(4, Kernel = 3, LastRelu = false)] partial class Net { {{member}} }
            """]);
        TestCompilation.Generate(compilation).Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
    }
}
