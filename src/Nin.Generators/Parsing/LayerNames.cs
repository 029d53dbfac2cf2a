using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nin.Generators.Parsing;

/// <summary>What a layer of a class may be called.</summary>
sealed class LayerNames(INamedTypeSymbol type)
{
    /// <summary>Members that every network gets, and those of <see cref="object"/>.</summary>
    static readonly HashSet<string> Reserved =
    [
        "ActivationBytes", "Architecture", "CreateInput", "CreateSession", "Device", "Dispose", "Forward", "ForwardMacs",
        "ForwardTraining", "InferenceBytes", "InputShape", "Load", "Name", "OutputShape", "ParameterCount", "Parameters", "Save", "Seed",
        "SessionPlan", "TrainingBytes", "TrainingSteps", "TrainStep",
        "Backpropagate", "Infer", "MemoryPlan", "RunBackward", "RunForward", "RunInference", "Train",
        "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString",
    ];

    readonly HashSet<string> members = [.. OwnMembers(type)];
    readonly Dictionary<string, int> ordinals = [];

    /// <summary>Kind and ordinal. Named layers count too, so that naming one renames no other; every layer asks once.</summary>
    public string NextDefault(string stem)
    {
        ordinals.TryGetValue(stem, out int last);
        ordinals[stem] = last + 1;
        return FormattableString.Invariant($"{stem}{last + 1}");
    }

    /// <summary>Why no layer can have the name, and what to do, or null where one can.</summary>
    public (FormattableString Wrong, FormattableString Mend)? Objection(string name)
    {
        if (!SyntaxFacts.IsValidIdentifier(name)) return ($"\"{name}\" is no C# identifier", $"use letters, digits and _");

        FormattableString? wrong = name switch
        {
            _ when SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None => $"{name} is a C# keyword",
            _ when name == type.Name => $"{name} is the name of the class itself",
            _ when Reserved.Contains(name) => $"{name} is a member that every network has",
            _ when members.Contains(name) => $"{name} is another member of {type.Name}",
            _ => null,
        };
        return wrong is null ? null : (wrong, $"choose another name");
    }

    /// <summary>Names of what the user's half of a class declares.</summary>
    public static IEnumerable<string> OwnMembers(INamedTypeSymbol type) =>
        type.GetMembers().Where(m => !m.IsImplicitlyDeclared && !GeneratedCode.Declares(m)).Select(m => m.Name);
}
