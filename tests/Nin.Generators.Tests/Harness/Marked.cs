using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nin.Generators.Tests.Harness;

/// <summary>
/// Checks diagnostics against source in which the place of each is marked: <c>{|NIN005:Kernel = 31|}</c>. Every diagnostic of Nin's
/// must be marked, and every mark must have its diagnostic.
/// </summary>
static class Marked
{
    /// <summary>Analyses marked source and checks ids, places and, in the order of the marks, messages.</summary>
    public static void Verify(string marked, params string[] messages) => Verify([marked], [], messages);

    public static void Verify(string[] marked, MetadataReference[] references, params string[] messages)
    {
        (string Source, List<string> Places)[] files = [.. marked.Select(Unmark)];
        CSharpCompilation compilation = TestCompilation.Create(files.Select(f => f.Source), references);
        Compilation generated = TestCompilation.Generate(compilation).Compilation;
        generated.GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true)
            .Should().BeEmpty("an error in generated code hides what the analyzer says in a build");
        VerifyDiagnostics(generated, files, messages);
    }

    /// <summary>The same without the generated half: of thousands of layers it takes the compiler most of a minute.</summary>
    public static void VerifyDeclaration(string marked, params string[] messages)
    {
        (string Source, List<string> Places) file = Unmark(marked);
        VerifyDiagnostics(TestCompilation.Create([file.Source]), [file], messages);
    }

    static void VerifyDiagnostics(Compilation compilation, (string Source, List<string> Places)[] files, string[] messages)
    {
        IReadOnlyList<Diagnostic> found = TestCompilation.AnalyzeGenerated(compilation);
        found.Select(Place).Should().Equal(files.SelectMany((f, i) => f.Places.Select(place => $"Source{i}.cs {place}")));
        found.Select(d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)).Should().Equal(messages);
    }

    /// <summary>Compiles marked source with the generator: the compiler's own errors are those that are marked, and no other.</summary>
    public static void VerifyErrors(string marked, params MetadataReference[] references)
    {
        (string source, List<string> places) = Unmark(marked);
        Compilation compilation = TestCompilation.Generate(TestCompilation.Create([source], references)).Compilation;
        compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(Place)
            .Should().Equal(places.Select(place => $"Source0.cs {place}"));
    }

    static string Place(Diagnostic diagnostic)
    {
        Microsoft.CodeAnalysis.Text.TextSpan span = diagnostic.Location.SourceSpan;
        string text = diagnostic.Location.SourceTree?.ToString().Substring(span.Start, span.Length) ?? "";
        return $"{diagnostic.Location.SourceTree?.FilePath} {diagnostic.Id} at {span.Start}: {text}";
    }

    static (string Source, List<string> Places) Unmark(string marked)
    {
        List<string> places = [];
        string source = marked;
        for (int open = source.IndexOf("{|", StringComparison.Ordinal); open >= 0; open = source.IndexOf("{|", StringComparison.Ordinal))
        {
            int colon = source.IndexOf(':', open);
            int close = source.IndexOf("|}", open, StringComparison.Ordinal);
            string id = source[(open + 2)..colon];
            string text = source[(colon + 1)..close];
            places.Add($"{id} at {open}: {text}");
            source = source[..open] + text + source[(close + 2)..];
        }

        return (source, places);
    }
}
