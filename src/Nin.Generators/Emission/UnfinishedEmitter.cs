using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>
/// What a network gets while a layer's shape is unknown, or a member of the user's stands where one must be generated: the members that
/// code elsewhere uses, typed as far as is known, so that the mistake in its declaration is the only error. Its build fails, so nothing of
/// this ever runs.
/// </summary>
static class UnfinishedEmitter
{
    public static void Emit(NetworkSpec spec, SourceWriter writer)
    {
        writer.Open($"partial class {spec.ClassName} : global::System.IDisposable");
        UnfinishedMembers.Emit(spec, writer);
        HashSet<string> taken = [.. spec.Layers.Select(l => l.Name), .. spec.UntypedNames, .. spec.OwnMembers];
        foreach (LayerSpec layer in spec.Layers)
        {
            string blockClass = $"{layer.Name}Layers";
            while (layer.Layer is NinBlockLayer && !taken.Add(blockClass)) blockClass += "_";
            writer.Line().Summary(LayerDocs.Of(layer));
            writer.Line($"public {LayerCode.TypeOf(layer, blockClass)} {layer.Name} {{ get; }} = null!;");
            if (layer.Layer is NinBlockLayer block) BlockEmitter.EmitClass(layer, block, blockClass, writer);
        }

        foreach (string name in spec.UntypedNames.Where(Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier).Distinct())
        {
            if (spec.Layers.All(l => l.Name != name)) writer.Line().Line(Untyped(name));
        }

        writer.Close();
    }

    static string Untyped(string name) => $"""
        /// <summary>A layer whose shapes are not known yet.</summary>
        public dynamic {name} => null!;
        """;
}
