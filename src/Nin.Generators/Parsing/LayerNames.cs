using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>What a layer of a class may be called.</summary>
/// <param name="type">The class.</param>
/// <param name="isBlock">Whether it is a block, whose layers are not members of it.</param>
sealed class LayerNames(INamedTypeSymbol type, bool isBlock)
{
    /// <summary>Members that every network gets, and those of <see cref="object"/>.</summary>
    public static IReadOnlyCollection<string> Reserved { get; } = new HashSet<string>
    {
        "ActivationBytes", "Architecture", "BytesToTrain", "CreateInput", "CreateSession", "Declared", "Device", "Dispose", "Forward", "ForwardMacs",
        "ForwardTraining", "InferenceBytes", "Load", "ParameterCount", "Parameters", "RunBackward", "RunForward", "RunInference", "Save",
        "Seed", "StepParameters", "TrainingBytes", "TrainingSteps", "TrainStep",
        "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString",
    };

    readonly HashSet<string> members = [.. OwnMembers.Of(type).Select(m => m.Name)];
    readonly Dictionary<string, int> ordinals = [];

    /// <summary>Kind and ordinal. Named layers count too, so that naming one renames no other; called once for every layer.</summary>
    public string NextDefault(string stem)
    {
        ordinals.TryGetValue(stem, out int last);
        ordinals[stem] = last + 1;
        return FormattableString.Invariant($"{stem}{last + 1}");
    }

    /// <summary>Why no layer can have the name, and what to do, or null where one can.</summary>
    public (FormattableString Wrong, FormattableString Fix)? Objection(string name)
    {
        if (!SyntaxFacts.IsValidIdentifier(name)) return ($"\"{name}\" is not a valid C# identifier", $"use letters, digits and _");

        FormattableString? wrong = name switch
        {
            _ when SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None => $"{name} is a C# keyword",
            LayerInputs.NetworkInputName => $"{name} names the {(isBlock ? "block" : "network")}'s input",
            _ when isBlock => null,
            _ when name == type.Name => $"{name} is the name of the class itself",
            _ when Reserved.Contains(name) => $"{name} is a member that every network has",
            _ when members.Contains(name) => $"{name} is another member of {type.Name}",
            _ => null,
        };
        return wrong is null ? null : (wrong, $"choose another name");
    }
}

/// <summary>
/// The members that generated code declares in every network besides its layers, as <see cref="OwnMembers.Signature"/> writes them. The user's
/// half cannot have them too; what a network only inherits it may hide.
/// </summary>
static class GeneratedMembers
{
    /// <summary>How an explicit implementation is named.</summary>
    public const string ExplicitDispose = "System.IDisposable.Dispose";

    const string Run = "ref global::Nin.Pass, ref global::Nin.Arena, global::Nin.DeviceView";

    static readonly string[] Signatures =
    [
        "ParameterCount", "ForwardMacs", "Declared", "Architecture",
        "ActivationBytes(int)", "TrainingBytes(int)", "InferenceBytes(int)",
        "Load(global::Nin.Device, string)", "Load(global::Nin.Device, global::System.IO.Stream)",
        $"RunInference({Run})", $"RunForward({Run})", $"RunBackward({Run}, global::Nin.DeviceView, bool)",
        "StepParameters()",
    ];

    /// <summary>Whether the user's half of a class declares what the generated one must.</summary>
    public static bool Contains(string signature) => Signatures.Any(own => OwnMembers.Clash(own, signature));

    /// <summary>
    /// The signatures of the user's members that have a name which networks have too, inherited ones included, in alphabetical order: equal
    /// members are equal specs.
    /// </summary>
    public static IEnumerable<string> SameNamed(INamedTypeSymbol type) => OwnMembers.Of(type)
        .Select(OwnMembers.Signature)
        .Where(signature => IsName(OwnMembers.NameOf(signature)))
        .Distinct()
        .OrderBy(signature => signature, StringComparer.Ordinal);

    static bool IsName(string name) => name == ExplicitDispose || LayerNames.Reserved.Contains(name);
}
