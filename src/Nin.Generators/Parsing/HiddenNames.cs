using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>
/// Whether generated code can import Nin's namespaces and use short names: not where its class, a type around it or its own namespace
/// has something of the same name. In the global namespace imports are next to the project's global ones, and to the variables of top-level
/// statements, which may clash too.
/// </summary>
static class HiddenNames
{
    static readonly HashSet<string> Used =
    [
        .. LayerKinds.Names,
        "AddStep", "Architecture", "Arena", "Checkpoint", "Chw", "Conv2dSizes", "Device", "DeviceView", "Dk", "Features", "INetwork", "INetworkType", "ISession", "Init",
        "LayerInfo", "MemoryPlan", "Network", "NormalizedConv2d", "Optimizer", "ParameterRole", "ParameterSet", "Pass", "PointwiseMlpStep", "PoolSizes",
        "ResidualStep", "Saved", "Session", "Shape", "Step", "Tensor", "TensorBuffer", "Traced",
    ];

    public static bool Any(INamedTypeSymbol type, IEnumerable<string> layers, CancellationToken cancellation) =>
        layers.Concat(Around(type)).Concat(OfNamespace(type)).Any(IsUsed)
        || (type.ContainingNamespace.IsGlobalNamespace && AroundEveryFile(type, cancellation).Any(IsUsed));

    /// <summary>Sizes are types too: <c>D96</c>.</summary>
    static bool IsUsed(string name) => Used.Contains(name) || (name.Length > 1 && name[0] == 'D' && name.Skip(1).All(char.IsDigit));

    /// <summary>Members of the class, of those around it and of their bases.</summary>
    static IEnumerable<string> Around(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            foreach (ITypeParameterSymbol parameter in outer.TypeParameters) yield return parameter.Name;
            if (outer.ContainingType is not null) yield return outer.Name;
            for (INamedTypeSymbol? b = outer; b is { SpecialType: not SpecialType.System_Object }; b = b.BaseType)
            {
                if (IsNin(b.ContainingAssembly)) break;
                foreach (ISymbol member in b.GetMembers())
                {
                    if (!member.IsImplicitlyDeclared && !GeneratedCode.Declares(member)) yield return member.Name;
                }
            }
        }
    }

    /// <summary>Types and namespaces in the class's namespace, in this assembly and in those that it refers to.</summary>
    static IEnumerable<string> OfNamespace(INamedTypeSymbol type)
    {
        string[] path = [.. Path(type.ContainingNamespace).Reverse()];
        IEnumerable<IAssemblySymbol> assemblies = type.ContainingModule.ReferencedAssemblySymbols.Where(a => !IsNin(a));
        foreach (IAssemblySymbol assembly in assemblies.Prepend(type.ContainingAssembly))
        {
            foreach (INamespaceOrTypeSymbol member in Find(assembly.GlobalNamespace, path)?.GetMembers() ?? []) yield return member.Name;
        }
    }

    /// <summary>
    /// What a simple name may mean in every file of the project: the aliases and types that it imports, and what its top-level statements declare, though no
    /// other file can use that.
    /// </summary>
    static IEnumerable<string> AroundEveryFile(INamedTypeSymbol type, CancellationToken cancellation)
    {
        Compilation compilation = ((ISourceAssemblySymbol)type.ContainingAssembly).Compilation;
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            if (tree.GetRoot(cancellation) is not CompilationUnitSyntax root) continue;

            foreach (SyntaxNode node in root.Members.OfType<GlobalStatementSyntax>().SelectMany(statement => statement.DescendantNodes()))
            {
                if (node is VariableDeclaratorSyntax variable) yield return variable.Identifier.ValueText;
                else if (node is SingleVariableDesignationSyntax designation) yield return designation.Identifier.ValueText;
                else if (node is LocalFunctionStatementSyntax function) yield return function.Identifier.ValueText;
            }

            foreach (UsingDirectiveSyntax directive in root.Usings.Where(u => u.GlobalKeyword.RawKind != 0))
            {
                if (directive.Alias is { } alias) yield return alias.Name.Identifier.ValueText;

                string[] path = directive.NamespaceOrType.ToString().Replace("global::", "").Split('.');
                foreach (INamespaceOrTypeSymbol member in Find(compilation.GlobalNamespace, path)?.GetMembers().OfType<INamespaceOrTypeSymbol>() ?? [])
                {
                    if (member is ITypeSymbol && !IsNin(member.ContainingAssembly)) yield return member.Name;
                }
            }
        }
    }

    /// <summary>A namespace, or a type in it, by its path.</summary>
    static INamespaceOrTypeSymbol? Find(INamespaceSymbol root, IEnumerable<string> path) => path.Aggregate(
        (INamespaceOrTypeSymbol?)root,
        (outer, name) => outer?.GetMembers(name).OfType<INamespaceOrTypeSymbol>().FirstOrDefault());

    static IEnumerable<string> Path(INamespaceSymbol ns)
    {
        for (; !ns.IsGlobalNamespace; ns = ns.ContainingNamespace) yield return ns.Name;
    }

    static bool IsNin(IAssemblySymbol? assembly) => assembly?.Name is "Nin.Kernels" or "Nin.Model";
}
