using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Nin.Generators.Parsing;

/// <summary>What a layer of a class may be called.</summary>
sealed class LayerNames(INamedTypeSymbol type)
{
    /// <summary>Members that every network gets, and those of <see cref="object"/>.</summary>
    public static IReadOnlyCollection<string> Reserved { get; } = new HashSet<string>
    {
        "ActivationBytes", "Architecture", "CreateInput", "CreateSession", "Device", "Dispose", "Forward", "ForwardMacs",
        "ForwardTraining", "InferenceBytes", "Load", "ParameterCount", "Parameters", "RunBackward", "RunForward", "RunInference", "Save",
        "Seed", "SessionPlan", "TrainingBytes", "TrainingSteps", "TrainStep",
        "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString",
    };

    readonly HashSet<string> members = [.. OwnMembers.Of(type).Select(m => m.Name)];
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
}
