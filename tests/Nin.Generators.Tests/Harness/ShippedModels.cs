using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Parsing;
using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Tests.Harness;

/// <summary>The networks that the runner ships.</summary>
static class ShippedModels
{
    static readonly CSharpCompilation Compilation = TestCompilation.Create(Resource.Names("Models").Select(Resource.Read).Where(source => source.Contains("[Network(")));

    public static CSharpCompilation All => Compilation;

    public static NetworkSpec Spec(string name) =>
        NetworkParser.Parse(Compilation.GetTypeByMetadataName($"Nin.Runner.Models.{name}")!, CancellationToken.None).Spec!;
}
