using Microsoft.CodeAnalysis;
using Nin.Generators.Source;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A number, or a flag, that a declaration passes to a constructor.</summary>
/// <param name="Type">Its type as C# writes it.</param>
/// <param name="Text">The value as C# writes it.</param>
/// <param name="Number">The value as <c>Architecture</c> has it; a flag is 0 or 1.</param>
readonly record struct ConstantArgument(string Type, string Text, double Number)
{
    /// <summary>The argument that a constant is; null where it is of another type, or not a finite number.</summary>
    public static ConstantArgument? Of(object? value) => value switch
    {
        bool flag => new("bool", Literal.Flag(flag), flag ? 1 : 0),
        int whole => new("int", Invariant($"{whole}"), whole),
        long whole => new("long", Invariant($"{whole}L"), whole),
        float real when IsFinite(real) => new("float", Invariant($"{real:R}F"), real),
        double real when IsFinite(real) => new("double", Invariant($"{Literal.Real(real)}D"), real),
        _ => null,
    };

    /// <summary>Whether a parameter of that type takes it.</summary>
    public bool FitsInto(SpecialType type) => type switch
    {
        SpecialType.System_Boolean => Type == "bool",
        SpecialType.System_Int32 => Type == "int",
        SpecialType.System_Int64 => Type is "int" or "long",
        SpecialType.System_Single => Type is "int" or "long" or "float",
        SpecialType.System_Double => Type != "bool",
        _ => false,
    };

    static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
