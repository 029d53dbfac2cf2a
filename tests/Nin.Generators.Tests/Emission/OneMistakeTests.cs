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
    [InlineData("NIN004", "[Network(0, 8, 8), Conv2d(4)] partial class Net;")]
    [InlineData("NIN003", "[Network(3, 8, 8)] partial class Net;")]
    [InlineData("NIN004", "[Network(3, 8, 8), Conv2d(-4), MaxPool2d(2, Stride = -1), Dropout(1.5)] partial class Net;")]
    [InlineData("NIN005", "[Network(3, 8, 8), Conv2d(4, Kernel = 9), Relu] partial class Net;")]
    [InlineData("NIN006", "[Network(3, 8, 8), MaxPool2d(2, Padding = 2)] partial class Net;")]
    [InlineData("NIN007", "[Network(3, 8, 8), Conv2d(4, Groups = 2)] partial class Net;")]
    [InlineData("NIN008", "[Network(3, 8, 8), Conv2d(4), Conv2d(5), Add(nameof(Conv1), nameof(Conv2))] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, From = \"Nope\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"A\"), Conv2d(4, Name = \"A\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), NinBlock(4, Name = \"A\", LastRelu = false), NinBlock(4, Name = \"A\", LastRelu = false)] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"1x\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"class\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"Net\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"Forward\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"Load\")] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), NinBlock(4, Name = \"Parameters\", LastRelu = false)] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"Own\")] partial class Net { int Own => 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"Own\", From = \"Nope\"), Relu(Name = \"Dispose\")] partial class Net { int Own => 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4, Name = \"class\", From = \"Nope\"), Relu(Name = \"Net\")] partial class Net;")]
    [InlineData("NIN010", "[Network(3, 8, 8), Linear(4), Flatten, Conv2d(4)] partial class Net;")]
    [InlineData("NIN011", "[Network(3, 8, 8, Classes = 3), Conv2d(4), GlobalAvgPool2d, Flatten] partial class Net;")]
    [InlineData("NIN012", "[Network(3, 8, 8), Conv2d(4)] partial class Net; [Relu] partial class Net;")]
    [InlineData("NIN013", "[Network(3, 8, 8), Conv2d(4), Budget(MaxParameters = 10)] partial class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4)] class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4)] static partial class Net;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4)] partial class Net<T>;")]
    [InlineData("NIN001", "[Network(3, 8, 8), Conv2d(4)] partial class Net { Net() { } }")]
    [InlineData("NIN001", "class Outer { [Network(3, 8, 8), Conv2d(4)] partial class Net; }")]
    [InlineData("NIN002", "[Conv2d(4)] partial class Net;")]
    [InlineData("NIN004", "[Network(3, 8, 8), LayersOf<Net>] partial class Net;")]
    [InlineData("NIN002", "[Network(3, 8, 8), LayersOf<string>] partial class Net;")]
    [InlineData("NIN009", "[Network(3, 8, 8), LayersOf<B>] partial class Net { int Conv1 => 1; } [Network(3, 8, 8), Conv2d(4)] partial class B;")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4)] partial class Net { const int ParameterCount = 1; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4)] partial class Net { class Architecture; void SessionPlan() { } }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4)] partial class Net { static Net Load(Device device, string path) => null!; }")]
    [InlineData("NIN009", "[Network(3, 8, 8), Conv2d(4)] partial class Net { static long TrainingBytes(int batch) => 0; int Load; }")]
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
    [InlineData("class Block1Layers; int Block1Layers_ => 2;")]
    [InlineData("int Conv1Relu1 => 3;")]
    public void A_member_keeps_a_name_that_generated_code_would_derive(string member)
    {
        var compilation = TestCompilation.Create([$$"""
            using Nin;
            [Network(3, 8, 8), Conv2d(4), Relu, NinBlock(4, Kernel = 3, LastRelu = false)] partial class Net { {{member}} }
            """]);
        TestCompilation.Generate(compilation).Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
    }
}
