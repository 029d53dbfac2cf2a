using System.Text;

namespace Nin.Onnx;

/// <summary>C# identifiers made of names that are not.</summary>
static class Identifiers
{
    static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate",
        "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in",
        "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private",
        "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this",
        "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    // Keywords elsewhere, which no type may be called either.
    static readonly HashSet<string> NoTypes = ["extension", "file", "partial", "record", "required", "scoped", "var"];

    // Namespaces that a declaration and its generated half use, and the class whose members stand for a stage's own sizes.
    static readonly HashSet<string> Hidden = ["Nin", "System", "Block"];

    // What the declaration and its generated half declare themselves.
    static readonly HashSet<string> Members =
    [
        "ActivationBytes", "Architecture", "BytesToTrain", "CreateInput", "CreateSession", "Declared", "Device", "Dispose", "Forward", "ForwardMacs",
        "ForwardTraining", "ImportedNames", "InferenceBytes", "Load", "ParameterCount", "Parameters", "RunBackward", "RunForward", "RunInference", "Save",
        "Seed", "StepParameters", "TrainingBytes", "TrainingSteps", "TrainStep",
    ];

    /// <summary>Whether a name can be used as it is.</summary>
    public static bool IsValid(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_') && !Keywords.Contains(name);

    /// <summary>Why a network's class cannot have this name, or null.</summary>
    /// <param name="name">The name.</param>
    /// <param name="members">Names of its layers.</param>
    public static string? WhyNoNetwork(string name, IEnumerable<string> members) =>
        !IsValid(name) || NoTypes.Contains(name) ? $"'{name}' is not a valid class name: use letters, digits and _, and no C# keyword."
        : Hidden.Contains(name) ? $"A network's class cannot be called {name}: it would hide what its declaration needs by that name."
        : members.Contains(name, StringComparer.Ordinal) || Members.Contains(name) ? $"A network's class cannot be called {name}: a member of it has that name."
        : null;

    /// <summary>Whether a name can be a namespace's: identifiers with dots between them.</summary>
    public static bool IsNamespace(string name) => name.Split('.').All(IsValid);

    /// <summary>An identifier in upper camel case of the words of a name: <c>ResnetV18</c> of <c>resnet-v18</c>.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="otherwise">What a text without letters gives.</param>
    public static string Of(string name, string otherwise)
    {
        var text = new StringBuilder();
        bool upper = true;
        foreach (char c in name)
        {
            bool fits = char.IsAsciiLetterOrDigit(c);
            if (fits && (text.Length > 0 || char.IsAsciiLetter(c))) text.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = !fits;
        }

        return text.Length == 0 ? otherwise : text.ToString();
    }
}
