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

    /// <summary>Whether a name can be used as it is.</summary>
    public static bool IsValid(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_') && !Keywords.Contains(name);

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
