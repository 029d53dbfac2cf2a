using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Pipeline;

/// <summary>
/// Whatever is being typed, generator and analyzer do not fail: no CS8785, no AD0001. What is generated compiles, whether the declaration is right or
/// wrong, and without a warning where the user's half has no error.
/// </summary>
public class RandomCodeTests
{
    /// <summary>A layer of the user's own, in a file of its own, as an old version of C# compiles it.</summary>
    const string Custom = """
        public sealed class KeptStep : Nin.Step
        {
            public KeptStep(Nin.Shape shape) : base(shape, shape) { }
            protected override void InferCore(in Nin.Pass pass, Nin.DeviceView x, Nin.DeviceView y) { }
            protected override void ForwardCore(in Nin.Pass pass, Nin.DeviceView x, Nin.DeviceView y, Nin.Saved saved) { }
            protected override void BackwardCore(in Nin.Pass pass, in Operands o) { }
        }
        public sealed class Kept<T> : Nin.Layers.StepLayer<T, T, KeptStep> where T : struct, Nin.IShape
        {
            public Kept(Nin.Device device, string name, int size = 1) : base(device, name, new KeptStep(new Nin.Shape(size, 1, 1))) { }
        }
        """;

    static readonly string[] Attributes =
    [
        "Network", "Conv2d", "ConvTranspose2d", "Pointwise", "NinBlock", "Relu", "LeakyRelu", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d", "BatchNorm2d",
        "Dropout", "Flatten", "Linear", "Add", "Concat", "Multiply", "GlobalMaxPool2d", "Gelu", "Activation<Gelu>", "Activation<Net>", "Activation<>",
        "Activation<Missing>", "Custom", "LayersOf<Net>", "LayersOf<Other>", "LayersOf<>", "LayersOf<Missing>", "LayersOf<Part>", "Layers", "Budget", "Nin.",
        "Relu,,",
    ];

    static readonly string[] Names =
    [
        "Kernel", "Stride", "Padding", "Dilation", "Groups", "Bias", "Pointwise", "LastRelu", "BatchNorm", "Name", "From", "Times", "Until", "Filters",
        "Project", "Classes", "Init", "MaxMacs", "Momentum", "kernel", "more", "KernelHeight", "StrideWidth", "PaddingTop", "PaddingRight", "Same",
        "CeilMode", "CountIncludePad",
    ];

    static readonly string[] Values =
    [
        "0", "1", "2", "3", "5", "8", "-1", "int.MaxValue", "int.MinValue", "long.MaxValue", "9999999999", "0.5", "double.NaN", "double.MaxValue", "true",
        "false", "null", "default", "Block.Filters", "Block.Stride", "\"input\"", "\"Conv1\"", "\"Block1\"", "\"\"", "\"a b\"", "nameof(Relu1)", "nameof(", "new[] { 1, 0 }", "new int[0]", "[1, 2]",
        "Init.Xavier", "(Init)9", "typeof(Net)", "typeof(Nin.Layers.Dropout<>)", "typeof(Missing<>)", "x", "", "=", "(",
    ];

    static readonly Gen<string> Argument = Gen.Frequency(
        (3, Gen.Elements(Values)),
        (2, from name in Gen.Elements(Names) from value in Gen.Elements(Values) select $"{name} = {value}"),
        (1, from name in Gen.Elements(Names) from value in Gen.Elements(Values) select $"{name}: {value}"));

    static readonly Gen<int> Small = Gen.Frequency((4, Gen.Choose(1, 5)), (1, Gen.Choose(-1, 12)));

    /// <summary>Binds as a rule, so that shapes are inferred, whether they fit or not.</summary>
    static readonly Gen<string> PlausibleAttribute =
        from kind in Gen.Elements(
            "Conv2d({0}, Kernel = {1}, Stride = {2}, Padding = {3}, Groups = {4})",
            "Conv2d({0}, Kernel = {1}, Dilation = {2}, Bias = false)",
            "ConvTranspose2d({0}, Kernel = {1}, Stride = {2}, Padding = {3}, OutputPadding = {4})",
            "Pointwise({0}, From = \"Conv1\")",
            "NinBlock({0}, {1}, Kernel = {2}, BatchNorm = true)",
            "NinBlock({0}, Name = \"Stem\")",
            "Conv2d({0}, Kernel = 1, Name = \"Stem\")",
            "NinBlock({0}, Pointwise = {1}, Stride = {2}, LastRelu = false, Name = \"Trunk\")",
            "MaxPool2d({0}, Stride = {1}, Padding = {2})",
            "AvgPool2d({0})",
            "AvgPool2d({0}, Stride = {1}, PaddingTop = {2}, CeilMode = true, CountIncludePad = false)",
            "MaxPool2d(KernelHeight = {0}, KernelWidth = {1}, StrideHeight = {2}, PaddingRight = {3})",
            "Conv2d({0}, Kernel = {1}, Stride = {2}, Same = true)",
            "Conv2d({0}, KernelHeight = {1}, KernelWidth = {2}, PaddingBottom = {3})",
            "NinBlock({0}, Kernel = {1}, Same = true, Bias = false)",
            "Sigmoid",
            "Silu",
            "LeakyRelu({0})",
            "Activation<HardSwish>",
            "Activation<LeakyRelu>({0})",
            "Activation<LeakyRelu>({0}, {1})",
            "GlobalMaxPool2d",
            "Custom(typeof(Nin.Layers.Flatten<,>), {0})",
            "Custom(typeof(Kept<>), {0}, Name = \"Stem\")",
            "Custom(typeof(Kept<>))",
            "Multiply(\"Conv1\", \"GlobalPool1\", \"Relu1\")",
            "Relu",
            "BatchNorm2d(Momentum = {0})",
            "Dropout({0})",
            "Flatten",
            "Linear({0})",
            "GlobalAvgPool2d",
            "Add(\"Conv1\", \"Relu1\")",
            "Concat(\"Conv1\", \"Trunk\", \"Pool1\")",
            "LayersOf<Other>(From = \"Conv1\")",
            "LayersOf<Part>(Times = {0}, Name = \"Stage\", Filters = {1}, Stride = {2})",
            "LayersOf<Part>(Filters = {0}, Stride = {1}, Until = \"Relu1\")",
            "Conv2d(Block.Filters, Kernel = {0}, Stride = Block.Stride, Padding = {1})",
            "Add(\"Conv1\", \"input\", Project = true)",
            "LayersOf<Other>")
        from numbers in Small.ListOf(5)
        select string.Format(System.Globalization.CultureInfo.InvariantCulture, kind, [.. numbers.Cast<object>()]);

    static readonly Gen<string> WildAttribute =
        from name in Gen.Elements(Attributes)
        from count in Gen.Choose(0, 4)
        from arguments in Argument.ListOf(count)
        select count == 0 ? name : $"{name}({string.Join(", ", arguments)})";

    static readonly Gen<string> Attribute = Gen.Frequency((6, PlausibleAttribute), (1, WildAttribute));

    static readonly Gen<string> Source =
        from attributes in Attribute.NonEmptyListOf()
        from kind in Gen.Frequency((6, Gen.Constant("partial class")), (1, Gen.Elements("class", "partial record", "static partial class", "partial struct")))
        from tail in Gen.Frequency((6, Gen.Constant(";")), (2, Gen.Elements(
            " { }", "<T>;", " { int Relu1; Net() { } }", "", " { static readonly Net Shared = new(null!); }", " { public required int Size; }",
            " { class Block2Layers; }", " { class Declared; }", " { public void Dispose() { } object Forward(object x) => x; }")))
        from name in Gen.Frequency((6, Gen.Constant("Net")), (1, Gen.Elements("StemLayers", "Block1Layers", "Conv1Relu1", "Load", "Forward", "Shape")))
        from place in Gen.Frequency((6, Gen.Constant("{0}")), (1, Gen.Elements(
            "file partial class Outer {{ {0} }}", "public partial class Outer {{ public {0} }}", "[assembly: System.CLSCompliant(true)] {0}",
            "[assembly: System.CLSCompliant(true)] public {0}", "namespace Demo {{ {0} }}", "namespace Stem {{ {0} }}")))
        from other in Attribute.NonEmptyListOf()
        from part in Attribute.NonEmptyListOf()
        from cut in Gen.Frequency((3, Gen.Constant(1.0)), (1, Gen.Choose(0, 99).Select(percent => percent / 100.0)))
        from input in Gen.Elements("Network(3, 8, 9)", "Network(3, 8, 9, Classes = 4)")
        let attribute = $"[{input}] [{string.Join("] [", attributes)}] "
        let net = string.Format(System.Globalization.CultureInfo.InvariantCulture, place, $"{kind} {name}{tail}")
        let at = net.IndexOf($"{kind} {name}", StringComparison.Ordinal)
        let start = at >= 7 && net[(at - 7)..at] == "public " ? at - 7 : at
        let source = $"using Nin; {net[..start]}{attribute}{net[start..]}\n[Network(1, 8, 8), {string.Join(", ", other)}] partial class Other;\n[Layers, {string.Join(", ", part)}] abstract class Part;"
        select source[..(int)(source.Length * cut)];

    [Fact]
    public void Half_typed_code_never_throws() => Check(100);

    [LongFact]
    [Trait("Category", "Long")]
    public void Half_typed_code_never_throws_over_many_sources() => Check(20_000);

    static void Check(int count) => FsCheck.Check.One(
        // Sources of up to some dozens of attributes: longer ones take seconds each and find no more.
        Config.QuickThrowOnFailure.WithMaxTest(count).WithEndSize(25).WithParallelRunConfig(new ParallelRunConfig(Environment.ProcessorCount)),
        Prop.ForAll(
            (from source in Source
             from version in Gen.Frequency((6, Gen.Constant(LanguageVersion.Preview)), (1, Gen.Elements(LanguageVersion.CSharp9, LanguageVersion.CSharp11, LanguageVersion.CSharp13)))
             select (source, version)).ToArbitrary(),
            typed => Survives(typed.source, typed.version)));

    static void Survives(string source, LanguageVersion version)
    {
        CSharpCompilation compilation = TestCompilation.Create([source, Custom], version);
        (Compilation generated, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(compilation);
        diagnostics.Should().BeEmpty("the generator reports nothing and throws nothing for {0}", source);
        // What compiler and analyzer say, of one look at the source.
        ImmutableArray<Diagnostic> all = generated.WithAnalyzers([new NetworkAnalyzer()]).GetAllDiagnosticsAsync().GetAwaiter().GetResult();
        all.Select(d => d.Id).Should().NotContain("AD0001", "the analyzer throws nothing for {0}", source);

        ILookup<bool, Diagnostic> compiled = all.Where(d => !d.Id.StartsWith("NIN", StringComparison.Ordinal)).ToLookup(d => d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);
        bool isOwnFault = compiled[false].Any(d => d.Severity == DiagnosticSeverity.Error);
        compiled[true].Where(d => d.Severity > (isOwnFault ? DiagnosticSeverity.Warning : DiagnosticSeverity.Hidden))
            .Should().BeEmpty("generated code compiles for {0} in {1}", source, version);
    }
}
