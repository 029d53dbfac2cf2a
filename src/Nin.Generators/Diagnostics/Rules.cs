using Microsoft.CodeAnalysis;

namespace Nin.Generators.Diagnostics;

/// <summary>Every diagnostic. Messages are whole sentences written by the parser, because most rules have more than one.</summary>
static class Rules
{
    public static readonly DiagnosticDescriptor ClassCannotBeNetwork = Error("NIN001", "The class cannot be a network");
    public static readonly DiagnosticDescriptor NoInput = Error("NIN002", "The network has no input");
    public static readonly DiagnosticDescriptor NoLayer = Error("NIN003", "The network has no layer");
    public static readonly DiagnosticDescriptor ArgumentOutOfRange =
        Error("NIN004", "An argument is missing, out of its range, or excludes another");
    public static readonly DiagnosticDescriptor WindowTooLarge = Error("NIN005", "The window is larger than the padded input");
    public static readonly DiagnosticDescriptor PaddingTooLarge = Error("NIN006", "Pooling pads more than half the window");
    public static readonly DiagnosticDescriptor GroupsDoNotDivide = Error("NIN007", "Groups do not divide the channels");
    public static readonly DiagnosticDescriptor ShapesDoNotFit = Error("NIN008", "The shapes of the inputs do not fit");
    public static readonly DiagnosticDescriptor BadName =
        Error("NIN009", "A name refers to no earlier layer, is used twice, or cannot be a layer's");
    public static readonly DiagnosticDescriptor WrongSideOfFlatten = Error("NIN010", "The layer is on the wrong side of Flatten");
    public static readonly DiagnosticDescriptor ClassesDiffer = Error("NIN011", "Classes differs from what the layers give");
    public static readonly DiagnosticDescriptor LayersScattered = Error("NIN012", "Layers are on more than one declaration");
    public static readonly DiagnosticDescriptor OverBudget = Error("NIN013", "The network is over its budget");
    public static readonly DiagnosticDescriptor UnusedLayer = Create("NIN014", "Nothing uses the layer", DiagnosticSeverity.Warning);
    public static readonly DiagnosticDescriptor UnreadBorder = Create("NIN101", "No window reads the border", DiagnosticSeverity.Info);
    public static readonly DiagnosticDescriptor ReluBeforeLoss =
        Create("NIN102", "A ReLU comes before the loss", DiagnosticSeverity.Warning);
    public static readonly DiagnosticDescriptor XavierBeforeRelu =
        Create("NIN103", "Xavier initialisation comes before a ReLU", DiagnosticSeverity.Info);
    public static readonly DiagnosticDescriptor CancelledBias = Create("NIN104", "BatchNorm2d cancels the bias", DiagnosticSeverity.Info);

    /// <summary>A rule with a link to its page: the package's build file says in which folder, or at which address, the pages are.</summary>
    public static DiagnosticDescriptor LinkedTo(this DiagnosticDescriptor rule, string? pages) =>
        Uri.TryCreate(pages, UriKind.Absolute, out Uri folder)
            ? Create(rule.Id, $"{rule.Title}", rule.DefaultSeverity, new Uri(folder, $"{rule.Id}.md").AbsoluteUri, [.. rule.CustomTags])
            : rule;

    static DiagnosticDescriptor Error(string id, string title) =>
        Create(id, title, DiagnosticSeverity.Error, link: null, WellKnownDiagnosticTags.NotConfigurable);

    static DiagnosticDescriptor Create(string id, string title, DiagnosticSeverity severity, string? link = null, params string[] tags) => new(
        id,
        title,
        messageFormat: "{0}",
        category: "Nin",
        severity,
        isEnabledByDefault: true,
        helpLinkUri: link,
        customTags: tags);
}
