using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>What <c>[Network]</c> and <c>[Budget]</c> say.</summary>
/// <param name="Type">The class.</param>
/// <param name="Attribute">Index of <c>[Network]</c>.</param>
/// <param name="Input">The input's shape; null where half-typed code does not say.</param>
/// <param name="Classes">The classes declared, or null.</param>
/// <param name="Init">Name of the member of <c>Nin.Init</c>.</param>
/// <param name="Budget">Index of <c>[Budget]</c>, or -1.</param>
/// <param name="MaxParameters">The most parameters, or null.</param>
/// <param name="MaxMacs">The most multiply-adds, or null.</param>
sealed record NetworkDeclaration(
    INamedTypeSymbol Type, int Attribute, Shape? Input, int? Classes, string Init, int Budget, long? MaxParameters, long? MaxMacs)
{
    /// <summary>The members of <c>Nin.Init</c> by value; the first is the default.</summary>
    static readonly string[] Inits = ["He", "Xavier"];

    public bool IsXavier => Init == Inits[1];

    public static NetworkDeclaration Read(INamedTypeSymbol type, int attribute, DiagnosticList diagnostics)
    {
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        ArgumentReader network = new(attributes[attribute], new(type.Name, attribute, isCopied: false, diagnostics));
        Shape input = Shape.Chw(
            network.Whole("channels", fallback: null, least: 1),
            network.Whole("height", fallback: null, least: 1),
            network.Whole("width", fallback: null, least: 1));
        bool isKnown = network.IsUsable && Holds(input, network);

        int budget = -1;
        for (int i = 0; i < attributes.Length && budget < 0; i++)
        {
            if (NinAttributes.IsBudget(attributes[i])) budget = i;
        }

        ArgumentReader? limits = budget < 0 ? null : new(attributes[budget], new(type.Name, budget, isCopied: false, diagnostics));
        return new(
            type,
            attribute,
            isKnown ? input : null,
            ClassesOf(network),
            InitOf(attributes[attribute], network),
            budget,
            limits?.Limit("MaxParameters"),
            limits?.Limit("MaxMacs"));
    }

    static bool Holds(Shape input, ArgumentReader network)
    {
        if (input.Elements <= int.MaxValue) return true;

        network.Report(
            Rules.ArgumentOutOfRange, "channels",
            $"the input {input} has more than {int.MaxValue:N0} elements, which no tensor can hold",
            $"make it smaller");
        return false;
    }

    /// <summary>Read after the shape: a wrong count of classes leaves the input known.</summary>
    static int? ClassesOf(ArgumentReader network)
    {
        int classes = network.Whole("Classes", fallback: 0, least: 1);
        return network.IsUsable && network.IsGiven("Classes") ? classes : null;
    }

    static string InitOf(AttributeData data, ArgumentReader network)
    {
        if (new AttributeArguments(data).Find("Init") is not { Kind: TypedConstantKind.Enum, Value: int value }) return Inits[0];
        if (value >= 0 && value < Inits.Length) return Inits[value];

        network.Report(
            Rules.ArgumentOutOfRange, "Init",
            $"Init = {value} is out of range",
            $"use Init.He or Init.Xavier");
        return Inits[0];
    }
}
