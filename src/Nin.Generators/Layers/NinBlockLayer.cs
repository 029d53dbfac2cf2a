using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A k x k convolution and 1x1 convolutions behind it.</summary>
/// <param name="Widths">Output channels of each convolution, the k x k one first.</param>
/// <param name="Window">The first convolution's window.</param>
/// <param name="LastRelu">Whether a ReLU follows the last convolution.</param>
/// <param name="AsksForLastRelu">Whether the declaration says so itself.</param>
/// <param name="BatchNorm">Whether a normalisation stands behind each convolution that a ReLU follows.</param>
sealed record NinBlockLayer(EquatableArray<int> Widths, Window Window, bool LastRelu, bool AsksForLastRelu, bool BatchNorm)
    : Layer("NinBlock")
{
    /// <summary>The most 1x1 convolutions in a block: a slip of the keyboard must not build a thousand layers.</summary>
    const int MostPointwise = 100;

    public int LastWidth => Widths[Widths.Count - 1];

    public static NinBlockLayer Read(ArgumentReader arguments)
    {
        int first = arguments.Whole("filters", fallback: null, least: 1);
        IReadOnlyList<int> widths = arguments.Wholes("pointwiseFilters", least: 1);
        int pointwise = arguments.Whole("Pointwise", LayerDefaults.BlockPointwise, least: 0, most: MostPointwise);
        if (widths.Count > 0 && arguments.IsGiven("Pointwise"))
        {
            arguments.Report(
                Rules.ArgumentOutOfRange,
                "Pointwise",
                $"Pointwise = {pointwise} and {widths.Count + 1} widths exclude each other",
                $"leave Pointwise out, or give one width");
        }

        return new(
            new([first, .. widths.Count > 0 ? widths : Enumerable.Repeat(first, pointwise)]),
            Window.ReadConvolution(arguments),
            arguments.Flag("LastRelu", LayerDefaults.LastRelu),
            arguments.IsGiven("LastRelu"),
            arguments.Flag("BatchNorm", LayerDefaults.BatchNorm));
    }

    /// <summary>
    /// The convolutions in order: index in the <c>Sequential</c> that counts ReLU and BatchNorm too, channels, width, kernel.
    /// </summary>
    public IEnumerable<BlockConvolution> Convolutions(long inputChannels)
    {
        long channels = inputChannels;
        for (int i = 0, index = 0; i < Widths.Count; i++)
        {
            bool relu = LastRelu || i < Widths.Count - 1;
            yield return new(index, channels, Widths[i], i == 0 ? Window.Kernel : 1, relu, relu && BatchNorm);
            channels = Widths[i];
            index += relu && BatchNorm ? 3 : 2;
        }
    }

    public override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;
        if (Window.Slide(at, "Kernel", mostPadding: long.MaxValue) is not var (height, width)) return null;

        BlockConvolution[] convolutions = [.. Convolutions(at.Input.Channels)];
        for (int i = 0; i < convolutions.Length; i++)
        {
            (string argument, int element) = i == 0 ? ("filters", 0) : ("pointwiseFilters", i - 1);
            if (!at.HoldsWeights(argument, convolutions[i].Width, convolutions[i].Channels, convolutions[i].Kernel, element)) return null;
            if (!at.Holds(Shape.Chw(convolutions[i].Width, height, width), argument, element)) return null;
        }

        return Shape.Chw(LastWidth, height, width);
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input) => Convolutions(input.Channels).SelectMany(c =>
        Convolution.Parameters($"{name}.{c.Index}", c.Width, c.Channels, c.Kernel, bias: true)
            .Concat(c.Norm ? BatchNorm2dLayer.Parameters($"{name}.{c.Index + 1}", c.Width) : []));

    public override long Macs(Shape input, Shape output) => Saturated.Sum(Convolutions(input.Channels)
        .Select(c => Convolution.Macs(output with { Channels = c.Width }, c.Channels, c.Kernel)));

    public override ReceptiveField See(ReceptiveField field, Shape input) => field.Slide(Window.Effective, Window.Stride);
}
