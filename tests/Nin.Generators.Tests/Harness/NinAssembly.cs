using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nin.Generators.Tests.Harness;

/// <summary>The attributes compiled in memory, and what else a test compilation refers to.</summary>
static class NinAssembly
{
    /// <summary>The platform and the attributes.</summary>
    public static IReadOnlyList<MetadataReference> References { get; } = [.. Platform(), Attributes()];

    static IEnumerable<MetadataReference> Platform() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "netstandard.dll" or "System.Collections.dll")
            .Select(path => MetadataReference.CreateFromFile(path));

    static PortableExecutableReference Attributes()
    {
        Assembly assembly = typeof(NinAssembly).Assembly;
        List<string> sources =
        [
            "global using System; namespace Nin.Shapes.Sizes { public static partial class LayerDefaults; }",
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith("Attributes/", StringComparison.Ordinal)).Select(Read),
        ];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Nin.Attributes",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, TestCompilation.ParseOptions)),
            Platform(),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return TestCompilation.EmitReference(compilation);

        string Read(string name)
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }
    }
}
