using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>NIN001, NIN009 and NIN012: whether a class can get a generated half, and has its layers in one place.</summary>
static class ClassChecks
{
    /// <summary>The oldest version of C# that compiles the stub of a wrong network, whose interface has static members.</summary>
    public const LanguageVersion StubLanguage = LanguageVersion.CSharp11;

    /// <summary>The oldest version of C# that compiles generated networks.</summary>
    const LanguageVersion NetworkLanguage = LanguageVersion.CSharp13;

    /// <summary>Reports what keeps the class from being a network; true where nothing does.</summary>
    public static bool CanBeNetwork(INamedTypeSymbol type, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        int before = diagnostics.Diagnostics.Count;
        if (IsNameless(type)) return false;

        CheckPartial(type, diagnostics, cancellation);
        foreach ((FormattableString wrong, FormattableString fix) in Objections(type))
        {
            diagnostics.Report(Rules.ClassCannotBeNetwork, DiagnosticLocation.OnType(0), type.Name, wrong, fix);
        }

        for (int i = 0; i < type.InstanceConstructors.Length; i++)
        {
            IMethodSymbol constructor = type.InstanceConstructors[i];
            if (constructor.IsImplicitlyDeclared || GeneratedCode.Declares(constructor)) continue;

            diagnostics.Report(
                Rules.ClassCannotBeNetwork, DiagnosticLocation.OnConstructor(i), type.Name,
                $"it declares a constructor, but gets one from its layers",
                $"move the code to a method");
        }

        return diagnostics.Diagnostics.Count == before;
    }

    /// <summary>Whether the class, or a type around it, has no name yet: the compiler reports that.</summary>
    static bool IsNameless(INamedTypeSymbol type) => type.Name.Length == 0 || (type.ContainingType is { } outer && IsNameless(outer));

    /// <summary>
    /// Reports members that the generated half declares too (NIN009), and those that must be set wherever a network is created (NIN001); true
    /// where there are none.
    /// </summary>
    public static bool MembersFit(INamedTypeSymbol type, DiagnosticList diagnostics)
    {
        int before = diagnostics.Diagnostics.Count;
        ImmutableArray<ISymbol> members = type.GetMembers();
        foreach (ISymbol member in OwnMembers.Of(type))
        {
            if (member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
            {
                diagnostics.Report(
                    Rules.ClassCannotBeNetwork, DiagnosticLocation.OnMember(members.IndexOf(member)), type.Name,
                    $"it requires {member.Name} to be set by whoever creates it, which Load cannot do",
                    $"remove required, and give it a default value");
            }

            if (!GeneratedMembers.Contains(OwnMembers.Signature(member))) continue;

            diagnostics.Report(
                Rules.BadName, DiagnosticLocation.OnMember(members.IndexOf(member)), type.Name,
                $"it declares {member.Name}, which is a member that the generator writes for every network",
                $"choose another name");
        }

        return diagnostics.Diagnostics.Count == before;
    }

    /// <summary>Reports a version of C# that cannot compile generated code; true where it can.</summary>
    public static bool LanguageFits(INamedTypeSymbol type, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        LanguageVersion version = LanguageOf(type, cancellation);
        if (version >= NetworkLanguage) return true;

        diagnostics.Report(
            Rules.ClassCannotBeNetwork, DiagnosticLocation.OnType(0), type.Name,
            $"it is compiled as C# {version.ToDisplayString()}, but its generated half is C# {NetworkLanguage.ToDisplayString()}",
            $"remove LangVersion from the project, or set it to {NetworkLanguage.ToDisplayString()} or newer");
        return false;
    }

    /// <summary>The version of C# that a class is compiled as.</summary>
    public static LanguageVersion LanguageOf(INamedTypeSymbol type, CancellationToken cancellation) =>
        Declarations(type, cancellation).First().SyntaxTree.Options is CSharpParseOptions options ? options.LanguageVersion : NetworkLanguage;

    /// <summary>
    /// Whether the generated half has to say that it is not CLS-compliant, since shapes and tensors are not: where the assembly says that it is,
    /// the class is visible to others, and the user's half does not say.
    /// </summary>
    public static bool MustDenyClsCompliance(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal)) return false;
            if (outer.GetAttributes().Any(IsCls)) return false;
        }

        return type.ContainingAssembly.GetAttributes().Any(a => IsCls(a) && AttributeArguments.Value<bool>(new AttributeArguments(a).Find("isCompliant")));
    }

    static bool IsCls(AttributeData attribute) => attribute.AttributeClass is { Name: "CLSCompliantAttribute", ContainingNamespace.Name: "System" };

    /// <summary>Reports layers outside the declaration that has the first of them; true where there are none.</summary>
    public static bool LayersStandTogether(INamedTypeSymbol type, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        HashSet<SyntaxNode> declarations = [];
        bool isFirst = true;
        for (int i = 0; i < attributes.Length; i++)
        {
            if (!LayerKinds.IsLayer(attributes[i])) continue;
            if (attributes[i].ApplicationSyntaxReference?.GetSyntax(cancellation).Parent?.Parent is not { } declaration) continue;

            if (declarations.Add(declaration) && !isFirst)
            {
                diagnostics.Report(
                    Rules.LayersScattered, DiagnosticLocation.OnAttribute(i), type.Name,
                    $"layers are on more than one declaration, which gives them no order",
                    $"move them to one");
            }

            isFirst = false;
        }

        return declarations.Count <= 1;
    }

    static void CheckPartial(INamedTypeSymbol type, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        int depth = 0;
        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType, depth++)
        {
            if (depth > 0 && current.IsFileLocal)
            {
                Report(depth, $"{current.Name}, the type around it, is local to its file, where no generated half can reach it", $"remove file");
            }

            // Where one declaration of several is partial, the compiler itself asks for it on the others (CS0260).
            if (Declarations(current, cancellation).Any(d => d.Modifiers.Any(SyntaxKind.PartialKeyword))) continue;

            if (depth == 0) Report(0, $"it is not partial, so that its layers have no place", $"declare it as partial class {type.Name}");
            else Report(depth, $"{current.Name}, the type around it, is not partial", $"declare it as partial too");
        }

        void Report(int depth, FormattableString wrong, FormattableString fix) =>
            diagnostics.Report(Rules.ClassCannotBeNetwork, DiagnosticLocation.OnType(depth), type.Name, wrong, fix);
    }

    static IEnumerable<(FormattableString Wrong, FormattableString Fix)> Objections(INamedTypeSymbol type)
    {
        if (type.IsStatic) yield return ($"it is static, but a network is an object that holds weights", $"remove static");
        else if (type.IsAbstract) yield return ($"it is abstract, but a network is created", $"remove abstract");

        if (type.TypeParameters.Length > 0) yield return ($"it is generic, but its shapes are fixed", $"remove the type parameters");
        if (type.IsRecord) yield return ($"it is a record, but networks are not compared by value", $"make it a class");
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } own
            && own.ContainingAssembly.Name != "Nin.Model")
        {
            yield return (
                $"it derives from {own.Name}, but a network derives from Nin.Network, and a class has one base",
                $"remove the base class, and share its code through an interface or a member");
        }

        if (GeneratedMembers.Contains(type.Name))
        {
            yield return ($"{type.Name} is also a member that the generator writes for every network", $"choose another name");
        }

        if (type.IsFileLocal) yield return ($"it is local to its file, where no generated half can reach it", $"remove file");
    }

    static IEnumerable<TypeDeclarationSyntax> Declarations(INamedTypeSymbol type, CancellationToken cancellation) => type
        .DeclaringSyntaxReferences
        .Where(r => !GeneratedCode.IsGenerated(r.SyntaxTree))
        .Select(r => r.GetSyntax(cancellation))
        .OfType<TypeDeclarationSyntax>();
}
