using Microsoft.CodeAnalysis;

namespace Nin.Generators.Tests.Harness;

/// <summary>What a test compilation refers to: the platform, and the libraries that declare networks and run them.</summary>
static class NinAssembly
{
    /// <summary>The platform and the libraries.</summary>
    public static IReadOnlyList<MetadataReference> References { get; } = [.. Platform(), .. Libraries()];

    static IEnumerable<MetadataReference> Platform() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "netstandard.dll"
                or "System.Collections.dll" or "System.Linq.Expressions.dll" or "Microsoft.CSharp.dll")
            .Select(path => MetadataReference.CreateFromFile(path));

    static IEnumerable<MetadataReference> Libraries() => new[] { "Nin.Kernels.dll", "Nin.Model.dll" }
        .Select(file => MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, "network", file)));
}
