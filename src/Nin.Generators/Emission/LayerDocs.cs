using Nin.Generators.Layers;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>What the documentation of a layer's property says.</summary>
static class LayerDocs
{
    /// <summary>Kind, arguments and shapes; parameters and multiply-adds.</summary>
    public static string[] Of(LayerSpec spec)
    {
        string shapes = $"{Kind(spec.Layer)}: {string.Join(" and ", spec.InputShapes)} to {spec.Output}";
        if (spec.ParameterCount == 0) return [$"{shapes}."];

        string macs = spec.Macs > 0 ? $", {Literal.Prose(spec.Macs)} multiply-adds" : "";
        return [$"{shapes};", $"{Literal.Prose(spec.ParameterCount)} parameters{macs}."];
    }

    /// <summary>What its output takes and sees.</summary>
    public static string RemarksOf(LayerSpec spec, Shape input) =>
        $"/// <remarks>Output {Literal.Prose(spec.ActivationBytes)} bytes an example, receptive field {Literal.Prose(spec.FieldWithin(input))}.</remarks>";

    /// <summary>A layer's kind with the arguments that matter to a reader.</summary>
    static string Kind(Layer layer) => layer switch
    {
        NinBlockLayer { BatchNorm: true } block => $"NiN block with batch normalisation, {Widths(block)}, {Of(block.Window)}",
        NinBlockLayer block => $"NiN block, {Widths(block)}, {Of(block.Window)}",
        Conv2dLayer { Kind: "Pointwise" } => "1x1 convolution",
        Conv2dLayer { Groups: > 1 } convolution => Invariant($"Convolution in {convolution.Groups} groups, {Of(convolution.Window)}"),
        Conv2dLayer convolution => $"Convolution, {Of(convolution.Window)}",
        MaxPool2dLayer pool => $"Max pooling, {Of(pool.Window)}",
        AvgPool2dLayer pool => $"Average pooling, {Of(pool.Window)}",
        GlobalAvgPool2dLayer => "Mean of each channel",
        BatchNorm2dLayer => "Batch normalisation",
        DropoutLayer dropout => $"Dropout with probability {Literal.Real(dropout.Probability)} in training",
        ReluLayer => "ReLU",
        LeakyReluLayer leaky => $"ReLU with slope {Literal.Real(leaky.NegativeSlope)} below zero",
        FlattenLayer => "Features in the order channel, row, column",
        LinearLayer => "Linear layer",
        AddLayer => "Sum",
        ConcatLayer => "Channels side by side",
        _ => layer.Kind,
    };

    static string Widths(NinBlockLayer block) => string.Join("/", block.Widths.Select(w => Invariant($"{w}"))) + " wide";

    static string Of(Window window) =>
        Invariant($"{window.Kernel}x{window.Kernel}")
        + (window.Stride > 1 ? Invariant($", stride {window.Stride}") : "")
        + (window.Padding > 0 ? Invariant($", padding {window.Padding}") : "")
        + (window.Dilation > 1 ? Invariant($", dilation {window.Dilation}") : "");
}
