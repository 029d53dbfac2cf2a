using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>What one convolution has and costs, alone or in a block, named as PyTorch's <c>state_dict</c> names it.</summary>
static class Convolution
{
    static readonly Window2d Unset =
        Window2d.Square(LayerDefaults.Kernel, LayerDefaults.Stride, LayerDefaults.Padding, LayerDefaults.Dilation);

    /// <summary>The most divisors that NIN007 lists.</summary>
    const int DivisorsShown = 8;

    /// <summary>True where the groups divide the channels that a layer reads and its filters, else NIN007.</summary>
    public static bool Divides(Placement at, int groups, int filters)
    {
        if (at.Input.Channels % groups == 0 && filters % groups == 0) return true;

        at.Report(
            Rules.GroupsDoNotDivide,
            "Groups",
            $"{groups} groups do not divide the {at.Input.Channels} channels of {at.Input} and the {filters} filters",
            $"use Groups = {Divisors(at.Input.Channels, filters)}");
        return false;
    }

    /// <summary>Weights <c>[filters, groupChannels, kernelHeight, kernelWidth]</c> and the bias.</summary>
    public static IEnumerable<ParameterSpec> Parameters(string path, long filters, long groupChannels, Window window, bool bias)
    {
        yield return new($"{path}.weight", ParameterRole.Weight, new([filters, groupChannels, window.Rows.Kernel, window.Columns.Kernel]));
        if (bias) yield return new($"{path}.bias", ParameterRole.Bias, new([filters]));
    }

    /// <summary>Each output element is a sum over a window of a group's channels.</summary>
    public static long Macs(Shape output, long groupChannels, Window window) =>
        Saturated.Product(output.Elements, groupChannels, window.Taps);

    /// <summary>The sizes over an example as C# writes them; arguments that are the default are left out.</summary>
    public static string Sizes(Shape input, long filters, Window window, int groups = LayerDefaults.Groups) =>
        Invariant($"new global::Nin.Ops.Conv2dSizes({input.Channels}, {input.Height}, {input.Width}, Filters: {filters}")
        + window.SizesArguments(input, Unset)
        + (groups == LayerDefaults.Groups ? ")" : Invariant($", Groups: {groups})"));

    static string Divisors(long channels, long filters)
    {
        IEnumerable<int> common = Enumerable.Range(1, (int)Math.Min(Math.Min(channels, filters), 4096))
            .Where(d => channels % d == 0 && filters % d == 0)
            .Take(DivisorsShown);
        return string.Join(", ", common.Select(d => Invariant($"{d}")));
    }
}

/// <summary>A convolution alone.</summary>
abstract record ConvolutionLayer(LayerKind Kind, int Filters, Window Window, int Groups, bool Bias) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage() || !Convolution.Divides(at, Groups, Filters)) return null;
        if (new WindowChecks(at, Window, "Kernel").Slide(mostPadding: long.MaxValue) is not var (height, width)) return null;
        return at.HoldsWeights("filters", Filters, at.Input.Channels / Groups, Window) ? Shape.Chw(Filters, height, width) : null;
    }

    public sealed override IEnumerable<ParameterSpec> Parameters(string name, Shape input) =>
        Convolution.Parameters(name, Filters, input.Channels / Groups, Window, Bias);

    public sealed override long Macs(Shape input, Shape output) => Convolution.Macs(output, input.Channels / Groups, Window);

    public sealed override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => Window.FieldAfter(field);

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Input, at.Output);

    public sealed override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Convolution(relu: false));

    public sealed override FusionPart Fusion => FusionPart.Convolution;

    // Depthwise, or 1x1 over the pixels as they are: each pixel is read by few results. More taps and channels would normalise it again for each.
    public sealed override bool NormalizesInput(Shape input) =>
        Groups == 1 ? input.Height * input.Width > 1 && Window.Over(input) == Window2d.Square(1) : Groups == input.Channels && Groups == Filters;

    public sealed override bool DecidesChannels => true;

    public sealed override bool AddsBias => Bias;
}

/// <summary>A k x k convolution.</summary>
sealed record Conv2dLayer(int Filters, Window Window, int Groups, bool Bias) : ConvolutionLayer(Declared, Filters, Window, Groups, Bias)
{
    public static readonly LayerKind Declared = new("Conv2d", stem: "Conv", Read);

    static Conv2dLayer Read(ArgumentReader arguments)
    {
        int filters = arguments.Whole("filters", fallback: null, least: 1);
        return new(
            filters,
            WindowArguments.ReadConvolution(
                arguments, kernel: null, $"use Kernel = 3, say, or [Pointwise({filters})] for a 1x1 convolution"),
            arguments.Whole("Groups", LayerDefaults.Groups, least: 1),
            arguments.Flag("Bias", LayerDefaults.Bias));
    }

    public override IEnumerable<(string Name, double Value)> Arguments =>
        [("Filters", Filters), .. Window.Arguments, .. Window.DilationArguments, ("Groups", Groups), ("Bias", Bias ? 1 : 0)];

    public override string Description =>
        $"Convolution{(Groups > 1 ? Invariant($" in {Groups} groups") : "")}, {Window.Description}";

    public override string ConstructorArguments(LayerSpec at) =>
        $"Parameters, {at.NameLiteral}, {Convolution.Sizes(at.Input, Filters, Window, Groups)}";
}

/// <summary>A 1x1 convolution.</summary>
sealed record PointwiseLayer(int Filters, bool Bias) : ConvolutionLayer(Declared, Filters, Window.Pixel, LayerDefaults.Groups, Bias)
{
    public static readonly LayerKind Declared = new("Pointwise", stem: "Pointwise", arguments => new PointwiseLayer(
        arguments.Whole("filters", fallback: null, least: 1),
        arguments.Flag("Bias", LayerDefaults.Bias)));

    public override IEnumerable<(string Name, double Value)> Arguments => [("Filters", Filters), ("Bias", Bias ? 1 : 0)];

    public override string Description => "1x1 convolution";

    public override string ConstructorArguments(LayerSpec at) => $"Parameters, {at.NameLiteral}";
}
