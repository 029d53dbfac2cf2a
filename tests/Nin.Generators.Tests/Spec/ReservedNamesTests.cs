using Microsoft.CodeAnalysis;
using Nin.Generators.Parsing;
using Nin.Generators.Symbols;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Spec;

/// <summary>The names that no layer can have are those of the members that a network really has.</summary>
public class ReservedNamesTests
{
    const string Layer = "OnlyLayer";

    static readonly Compilation Compilation = TestCompilation.Generate(TestCompilation.Create([$"using Nin; [Network(1, 8, 8), Relu(Name = \"{Layer}\")] partial class Net;"])).Compilation;

    [Fact]
    public void They_are_the_members_of_a_generated_network_and_its_bases() =>
        Members().Where(m => m.Name != Layer).Select(m => m.Name).Distinct().Should().BeEquivalentTo(LayerNames.Reserved);

    [Fact]
    public void What_a_generated_half_declares_itself_cannot_be_ones_own()
    {
        INamedTypeSymbol net = Compilation.GetTypeByMetadataName("Net")!;
        foreach (ISymbol member in Members())
        {
            bool declared = SymbolEqualityComparer.Default.Equals(member.ContainingType, net) && member.Name != Layer;
            GeneratedMembers.Contains(OwnMembers.Signature(member)).Should().Be(declared, member.ToDisplayString());
        }
    }

    /// <summary>What code in the class can call by its name.</summary>
    static IEnumerable<ISymbol> Members()
    {
        INamedTypeSymbol net = Compilation.GetTypeByMetadataName("Net")!;
        for (INamedTypeSymbol? type = net; type is not null; type = type.BaseType)
        {
            foreach (ISymbol member in type.GetMembers())
            {
                bool isOverridden = member.IsAbstract && !SymbolEqualityComparer.Default.Equals(type, net);
                if (member.CanBeReferencedByName && !isOverridden && Compilation.IsSymbolAccessibleWithin(member, net)) yield return member;
            }
        }
    }
}
