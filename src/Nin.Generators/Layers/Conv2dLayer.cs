using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A convolution; <see cref="ReadPointwise"/> reads the 1x1 one.</summary>
sealed record Conv2dLayer(string Kind, int Filters, Window Window, int Groups, bool Bias) : Layer(Kind)
{
    /// <summary>Divisors that NIN007 proposes before it says no more.</summary>
    const int DivisorsShown = 8;

    public static Conv2dLayer Read(ArgumentReader arguments) => new(
        "Conv2d",
        arguments.Whole("filters", fallback: null, least: 1),
        Window.ReadConvolution(arguments),
        arguments.Whole("Groups", LayerDefaults.Groups, least: 1),
        arguments.Flag("Bias", LayerDefaults.Bias));

    public static Conv2dLayer ReadPointwise(ArgumentReader arguments) => new(
        "Pointwise",
        arguments.Whole("filters", fallback: null, least: 1),
        new Window(1, 1, 0, 1),
        LayerDefaults.Groups,
        arguments.Flag("Bias", LayerDefaults.Bias));

    public override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;
        if (at.Input.Channels % Groups != 0 || Filters % Groups != 0)
        {
            at.Report(
                Rules.GroupsDoNotDivide,
                "Groups",
                $"{Groups} groups do not divide the {at.Input.Channels} channels of {at.Input} and the {Filters} filters",
                $"use Groups = {Divisors(at.Input.Channels, Filters)}");
            return null;
        }

        if (Window.Slide(at, "Kernel", mostPadding: long.MaxValue) is not var (height, width)) return null;
        return at.HoldsWeights("filters", Filters, at.Input.Channels / Groups, Window.Kernel) ? Shape.Chw(Filters, height, width) : null;
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input) =>
        Convolution.Parameters(name, Filters, input.Channels / Groups, Window.Kernel, Bias);

    public override long Macs(Shape input, Shape output) => Convolution.Macs(output, input.Channels / Groups, Window.Kernel);

    public override ReceptiveField See(ReceptiveField field, Shape input) => field.Slide(Window.Effective, Window.Stride);

    static string Divisors(long channels, long filters)
    {
        IEnumerable<int> common = Enumerable.Range(1, (int)Math.Min(Math.Min(channels, filters), 4096))
            .Where(d => channels % d == 0 && filters % d == 0)
            .Take(DivisorsShown);
        return string.Join(", ", common.Select(d => Invariant($"{d}")));
    }
}
