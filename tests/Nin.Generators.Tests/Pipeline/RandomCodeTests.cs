using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Pipeline;

/// <summary>Whatever is being typed, generator and analyzer go on: no CS8785, no AD0001.</summary>
public class RandomCodeTests
{
    static readonly string[] Attributes =
    [
        "Network", "Conv2d", "Pointwise", "NinBlock", "Relu", "LeakyRelu", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d", "BatchNorm2d",
        "Dropout", "Flatten", "Linear", "Add", "Concat", "LayersOf<Net>", "LayersOf<Other>", "LayersOf<>", "LayersOf<Missing>", "Budget", "Nin.", "Relu,,",
    ];

    static readonly string[] Names =
        ["Kernel", "Stride", "Padding", "Dilation", "Groups", "Bias", "Pointwise", "LastRelu", "BatchNorm", "Name", "From", "Classes", "Init", "MaxMacs", "Momentum", "kernel", "more"];

    static readonly string[] Values =
    [
        "0", "1", "2", "3", "5", "8", "-1", "int.MaxValue", "int.MinValue", "long.MaxValue", "9999999999", "0.5", "double.NaN", "double.MaxValue", "true",
        "false", "null", "default", "\"Conv1\"", "\"Block1\"", "\"\"", "\"a b\"", "nameof(Relu1)", "nameof(", "new[] { 1, 0 }", "new int[0]", "[1, 2]",
        "Init.Xavier", "(Init)9", "typeof(Net)", "x", "", "=", "(",
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
            "Pointwise({0}, From = \"Conv1\")",
            "NinBlock({0}, {1}, Kernel = {2}, BatchNorm = true)",
            "NinBlock({0}, Pointwise = {1}, Stride = {2}, LastRelu = false, Name = \"Trunk\")",
            "MaxPool2d({0}, Stride = {1}, Padding = {2})",
            "AvgPool2d({0})",
            "Relu",
            "BatchNorm2d(Momentum = {0})",
            "Dropout({0})",
            "Flatten",
            "Linear({0})",
            "GlobalAvgPool2d",
            "Add(\"Conv1\", \"Relu1\")",
            "Concat(\"Conv1\", \"Trunk\", \"Pool1\")",
            "LayersOf<Other>(From = \"Conv1\")",
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
        from tail in Gen.Frequency((6, Gen.Constant(";")), (1, Gen.Elements(" { }", "<T>;", " { int Relu1; Net() { } }", "")))
        from other in Attribute.NonEmptyListOf()
        from cut in Gen.Frequency((3, Gen.Constant(1.0)), (1, Gen.Choose(0, 99).Select(percent => percent / 100.0)))
        let source = $"using Nin; [Network(3, 8, 9)] [{string.Join("] [", attributes)}] {kind} Net{tail}\n[Network(1, 8, 8), {string.Join(", ", other)}] partial class Other;"
        select source[..(int)(source.Length * cut)];

    [Fact]
    public void Half_typed_code_never_throws() => Check(200);

    [LongFact]
    [Trait("Category", "Long")]
    public void Half_typed_code_never_throws_over_many_sources() => Check(20_000);

    static void Check(int count) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(count),
        Prop.ForAll(Source.ToArbitrary(), source => Survives(source)));

    static void Survives(string source)
    {
        CSharpCompilation compilation = TestCompilation.Create([source]);
        (Compilation _, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(compilation);
        diagnostics.Should().BeEmpty("the generator reports nothing and throws nothing for {0}", source);
        TestCompilation.Analyze(compilation).Select(d => d.Id).Should().NotContain("AD0001", "the analyzer throws nothing for {0}", source);
    }
}
