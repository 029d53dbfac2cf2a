using Microsoft.CodeAnalysis;

namespace Nin.Generators.Parsing;

/// <summary>
/// Whether generated code can import Nin's namespaces and use short names: not where its class, a type around it or its own namespace
/// has something of the same name. In the global namespace imports stand beside those of the user's project and may clash.
/// </summary>
static class HiddenNames
{
    static readonly HashSet<string> Used =
    [
        "Add", "Architecture", "Arena", "AvgPool2d", "BatchNorm2d", "Checkpoint", "Chw", "Concat", "Conv2d", "Conv2dSizes",
        "ConvolutionStep", "Device", "DeviceView", "Dk", "Dropout", "Features", "Flatten", "GlobalAvgPool2d", "Init", "LayerInfo", "Linear",
        "MaxPool2d", "MemoryPlan", "Network", "NinBlock", "NormalizedConv2d", "Optimizer", "ParameterRole", "ParameterSet", "Pass", "PoolSizes", "Pointwise",
        "PointwiseMlpStep", "Relu", "Saved", "Shape", "TensorBuffer",
    ];

    public static bool Any(INamedTypeSymbol type, IEnumerable<string> layers) =>
        type.ContainingNamespace.IsGlobalNamespace || layers.Concat(Around(type)).Concat(OfNamespace(type)).Any(IsUsed);

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
            INamespaceSymbol? found = path.Aggregate(
                (INamespaceSymbol?)assembly.GlobalNamespace, (ns, name) => ns?.GetNamespaceMembers().FirstOrDefault(n => n.Name == name));
            foreach (INamespaceOrTypeSymbol member in found?.GetMembers() ?? []) yield return member.Name;
        }
    }

    static IEnumerable<string> Path(INamespaceSymbol ns)
    {
        for (; !ns.IsGlobalNamespace; ns = ns.ContainingNamespace) yield return ns.Name;
    }

    static bool IsNin(IAssemblySymbol assembly) => assembly.Name is "Nin.Kernels" or "Nin.Model";
}
