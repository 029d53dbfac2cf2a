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

    static readonly Gen<string> Attribute =
        from name in Gen.Elements(Attributes)
        from count in Gen.Choose(0, 4)
        from arguments in Argument.ListOf(count)
        select count == 0 ? name : $"{name}({string.Join(", ", arguments)})";

    static readonly Gen<string> Source =
        from attributes in Attribute.NonEmptyListOf()
        from kind in Gen.Elements("partial class", "partial class", "partial class", "class", "partial record", "static partial class", "partial struct")
        from tail in Gen.Elements(";", ";", " { }", "<T>;", " { int Relu1; Net() { } }", "")
        from other in Attribute.NonEmptyListOf()
        from cut in Gen.Frequency((3, Gen.Constant(1.0)), (1, Gen.Choose(0, 99).Select(percent => percent / 100.0)))
        let source = $"using Nin; [Network(3, 8, 9)] [{string.Join("] [", attributes)}] {kind} Net{tail}\n[Network(1, 8, 8), {string.Join(", ", other)}] partial class Other;"
        select source[..(int)(source.Length * cut)];

    [Fact]
    public void Half_typed_code_never_throws() => Check(200);

    [Fact]
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
