using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Symbols;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>
/// Reads an attribute's arguments, and reports those out of their range. Where the compiler itself already reports an error (an argument
/// missing, or of another type), it reports nothing and returns the least value allowed.
/// </summary>
/// <param name="data">The attribute.</param>
/// <param name="reporter">Where errors in its own text are reported.</param>
/// <param name="block">What a block's parameters stand for; null where they have no value.</param>
/// <param name="copy">Where errors in those values are reported; null for the same place.</param>
sealed class ArgumentReader(AttributeData data, Reporter reporter, BlockValues? block = null, Reporter? copy = null)
{
    readonly AttributeArguments arguments = new(data);

    /// <summary>False once an argument that a shape depends on could not be used.</summary>
    public bool IsUsable { get; private set; } = true;

    public bool IsGiven(string name) => arguments.IsGiven(name);

    /// <summary>The type that a generic attribute names; null in half-typed code that leaves it open.</summary>
    public INamedTypeSymbol? TypeArgument =>
        data.AttributeClass?.TypeArguments.FirstOrDefault() is INamedTypeSymbol type && !TypeNames.HasError(type) ? type : null;

    /// <summary>Marks that something the shape or the layer's type depends on could not be used.</summary>
    public void GiveUp() => IsUsable = false;

    public void Report(DiagnosticDescriptor rule, string? argument, FormattableString wrong, FormattableString fix, int element = 0) =>
        reporter.Report(rule, argument, wrong, fix, element);

    /// <summary>A whole number that a shape depends on.</summary>
    /// <param name="name">Argument.</param>
    /// <param name="fallback">Its default; null where the constructor demands it.</param>
    /// <param name="least">Least value allowed.</param>
    /// <param name="most">Greatest value allowed.</param>
    public int Whole(string name, int? fallback, int least, int most = int.MaxValue) => arguments.Find(name) switch
    {
        null when fallback is int value => value,
        { Kind: TypedConstantKind.Primitive, Value: int value } => InRange(value, name, name, 0, least, most),
        _ => Unusable(least),
    };

    /// <summary>A whole number that has to be given, though the attribute can be written without it.</summary>
    /// <param name="name">Argument.</param>
    /// <param name="least">Least value allowed.</param>
    /// <param name="fix">What to do where it is missing.</param>
    public int Given(string name, int least, FormattableString fix)
    {
        if (IsGiven(name)) return Whole(name, fallback: null, least);

        // Where another argument is missing too, the compiler's error is enough.
        if (IsUsable && data.AttributeConstructor is not null) Report(Rules.ArgumentOutOfRange, null, $"{name} is not given", fix);
        return Unusable(least);
    }

    /// <summary>A whole number that is missing beside another that was given.</summary>
    public int Without(string given, string missing, int least)
    {
        Report(Rules.ArgumentOutOfRange, given, $"{given} is given without {missing}", $"give both");
        return Unusable(least);
    }

    /// <summary>Reports an argument that cannot be combined with another.</summary>
    public void Exclude(string argument, string other)
    {
        if (!IsGiven(argument) || !IsGiven(other)) return;

        Report(Rules.ArgumentOutOfRange, argument, $"{argument} and {other} exclude each other", $"leave one out");
    }

    /// <summary>A <c>long</c> limit; null where it was not given.</summary>
    public long? Limit(string name)
    {
        if (arguments.Find(name) is not { Kind: TypedConstantKind.Primitive, Value: long value }) return null;
        if (value >= 1) return value;

        ReportRange(reporter, name, name, 0, Invariant($"{value}"), "1 or more");
        return null;
    }

    /// <summary>The elements of a <c>params</c> argument, which a constructor without it leaves out.</summary>
    public IReadOnlyList<int> Wholes(string name, int least)
    {
        TypedConstant? argument = arguments.Find(name);
        if (argument is null or { Kind: TypedConstantKind.Array, IsNull: true }) return [];
        if (argument is not { Kind: TypedConstantKind.Array } array)
        {
            Unusable(least);
            return [];
        }

        return [.. array.Values.Select((element, i) => AttributeArguments.Value<object>(element) is int value
            ? InRange(value, name, Invariant($"{name}[{i}]"), i, least, int.MaxValue)
            : Unusable(least))];
    }

    /// <summary>A real number, which no shape depends on. NaN and infinity are out of every range.</summary>
    public double Real(string name, double fallback, Func<double, bool> isAllowed, string allowed)
    {
        if (arguments.Find(name) is not { Kind: TypedConstantKind.Primitive, Value: double value }) return fallback;
        if (isAllowed(value) && !double.IsInfinity(value)) return value;

        ReportRange(reporter, name, name, 0, Invariant($"{value}"), allowed);
        return fallback;
    }

    /// <summary>The elements of a <c>params</c> argument of real numbers, each of them finite.</summary>
    public IReadOnlyList<double> Reals(string name)
    {
        if (arguments.Find(name) is not { Kind: TypedConstantKind.Array } array)
        {
            if (arguments.IsGiven(name)) GiveUp();
            return [];
        }

        return array.IsNull ? [] : [.. array.Values.Select((element, i) => Finite(element, name, i))];
    }

    /// <summary>The type of a <c>typeof</c> argument; null, and unusable, where half-typed code leaves it open.</summary>
    public INamedTypeSymbol? TypeOf(string name)
    {
        if (arguments.Find(name) is { Kind: TypedConstantKind.Type, Value: ITypeSymbol type })
        {
            INamedTypeSymbol? named = type as INamedTypeSymbol;
            if (named is { IsUnboundGenericType: true } ? named.TypeKind != TypeKind.Error : named is not null && !TypeNames.HasError(named)) return named;
            if (named is null && type.TypeKind != TypeKind.Error && type.TypeKind != TypeKind.TypeParameter)
                Report(Rules.ArgumentOutOfRange, name, $"{type.ToDisplayString()} is not a layer", $"name a class that derives from Nin.Layers.StepLayer");
        }

        GiveUp();
        return null;
    }

    /// <summary>The elements of a <c>params</c> argument of numbers and flags.</summary>
    public IReadOnlyList<ConstantArgument> Constants(string name)
    {
        List<ConstantArgument> constants = [];
        if (arguments.Find(name) is not { Kind: TypedConstantKind.Array, IsNull: false } array)
        {
            if (arguments.Find(name) is not null and not { IsNull: true }) GiveUp();
            return constants;
        }

        for (int i = 0; i < array.Values.Length; i++)
        {
            TypedConstant element = array.Values[i];
            if (element.Kind == TypedConstantKind.Primitive && ConstantArgument.Of(element.Value) is { } constant) constants.Add(constant);
            else
            {
                if (element.Kind != TypedConstantKind.Error)
                {
                    Report(
                        Rules.ArgumentOutOfRange, name,
                        $"{name}[{i}] is neither a finite number (int, long, float or double) nor true or false",
                        $"give a finite number, true or false",
                        i);
                }

                GiveUp();
            }
        }

        return constants;
    }

    double Finite(TypedConstant element, string name, int i)
    {
        if (AttributeArguments.Value<object>(element) is not double value)
        {
            GiveUp();
            return 0;
        }

        if (!double.IsNaN(value) && !double.IsInfinity(value)) return value;

        ReportRange(reporter, name, Invariant($"{name}[{i}]"), i, Invariant($"{value}"), "a finite number");
        GiveUp();
        return 0;
    }

    /// <summary>A flag, which no shape depends on.</summary>
    public bool Flag(string name, bool fallback) =>
        arguments.Find(name) is { Kind: TypedConstantKind.Primitive, Value: bool value } ? value : fallback;

    int InRange(int written, string argument, string shown, int element, int least, int most)
    {
        int value = (block ?? BlockValues.Open).Of(written);
        if (value >= least && value <= most) return value;
        if (value != written && value == BlockValues.Missing) return Unusable(least);

        if (BlockValues.NameOf(value) is { } parameter)
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, argument,
                $"{shown} = Block.{parameter} has a value in a class with [Layers] alone",
                $"use a number",
                element);
            return Unusable(least);
        }

        string allowed = most == int.MaxValue ? " or more" : most == least ? "" : Invariant($" to {most}");
        ReportRange(value == written ? reporter : copy ?? reporter, argument, shown, element, Invariant($"{value}"), Invariant($"{least}{allowed}"));
        return Unusable(least);
    }

    int Unusable(int least)
    {
        IsUsable = false;
        return least;
    }

    static void ReportRange(Reporter reporter, string argument, string shown, int element, string value, string allowed) =>
        reporter.Report(
            Rules.ArgumentOutOfRange, argument,
            $"{shown} = {value} is out of range",
            $"use {allowed}",
            element);
}
