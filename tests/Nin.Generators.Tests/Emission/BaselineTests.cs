using Microsoft.CodeAnalysis;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Emission;

/// <summary>
/// The whole text of one network's other half, to be read like a colleague's. Where the generator changes on purpose, the text that the
/// failure names takes the place of the baseline.
/// </summary>
public class BaselineTests
{
    const string Declaration = """
        using Nin;
        namespace Demo;
        [Network(1, 28, 28, Classes = 10)]
        [Conv2d(8, Kernel = 5, Padding = 2)]
        [Relu]
        [NinBlock(8, Kernel = 3, Padding = 1)]
        [Add(nameof(Block1), nameof(Relu1))]
        [MaxPool2d(3, Stride = 2, Padding = 1)]
        [Dropout(0.5)]
        [NinBlock(12, 12, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
        [GlobalAvgPool2d]
        [Flatten]
        public sealed partial class SmallNin;
        """;

    [Fact]
    public void The_other_half_reads_as_its_baseline()
    {
        Compilation compilation = TestCompilation.Generate(TestCompilation.Create([Declaration])).Compilation;
        string text = compilation.SyntaxTrees.Last().ToString();
        string actual = Path.Combine(AppContext.BaseDirectory, "SmallNin.actual.txt");
        File.WriteAllText(actual, text);
        text.Should().Be(Resource.Read("Baselines/SmallNin.txt"), "the text is in {0}", actual);
    }

    [Fact]
    public void The_page_on_generated_code_quotes_it()
    {
        string[] quotes = [.. Resource.Read("Pages/generated-code.md").Split("```csharp\n").Skip(1).Select(part => part.Split("\n```")[0])];
        quotes.Should().HaveCount(4);
        Declaration.Should().Contain(quotes[0]);
        string baseline = Resource.Read("Baselines/SmallNin.txt");
        foreach (string quote in quotes[1..]) baseline.Should().Contain(quote);
    }
}
