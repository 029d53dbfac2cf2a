using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nin.Onnx.Tests;

/// <summary>A declaration, compiled in memory with the generator and the analyzer as a user's build does it, and loaded.</summary>
static class Declared
{
    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p)),
    ];

    static readonly Assembly Generator = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "analyzers", "Nin.Generators.dll"));

    /// <summary>The network with weights of a file.</summary>
    public static INetwork Load(string declaration, string className, Device device, string weights)
    {
        var type = Compile(declaration).GetType(className, throwOnError: true)!;
        var network = (INetwork)Activator.CreateInstance(type, device, 0)!;
        Checkpoint.Load(network, weights);
        return network;
    }

    /// <summary>The assembly; warnings of the compiler and of the analyzer are failures too.</summary>
    public static Assembly Compile(string declaration)
    {
        var tree = CSharpSyntaxTree.ParseText(declaration, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Diagnose));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create($"Imported{Guid.NewGuid():N}", [tree], References, options);
        var generators = Generator.GetTypes().Where(t => typeof(IIncrementalGenerator).IsAssignableFrom(t) && !t.IsAbstract)
            .Select(t => ((IIncrementalGenerator)Activator.CreateInstance(t)!).AsSourceGenerator());
        CSharpGeneratorDriver.Create(generators, parseOptions: (CSharpParseOptions)tree.Options).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        using var image = new MemoryStream();
        var emitted = output.Emit(image);
        diagnostics.AddRange(emitted.Diagnostics).Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString()).Should().BeEmpty(declaration);
        return Assembly.Load(image.ToArray());
    }
}
