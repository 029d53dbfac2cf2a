using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>Pooling by a window.</summary>
abstract record PoolingLayer(LayerKind Kind, Window Window) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;

        long mostPadding = WindowSize.MaxPoolingPadding(Window.Kernel, Window.Dilation);
        if (Window.Padding > mostPadding)
        {
            at.Report(
                Rules.PaddingTooLarge,
                "Padding",
                $"padding {Window.Padding} is more than half the {Window.Kernel}x{Window.Kernel} window over {at.Input}",
                $"use Padding <= {mostPadding} or a kernel >= {2L * Window.Padding}");
            return null;
        }

        return Window.Slide(at, "kernel", mostPadding) is var (height, width) ? Shape.Chw(at.Input.Channels, height, width) : null;
    }

    public sealed override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => field.Slide(Window.Effective, Window.Stride);

    public sealed override IEnumerable<(string Name, double Value)> Arguments => Window.Arguments;

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Input, at.Output);

    public sealed override string ConstructorArguments(LayerSpec at) =>
        Invariant($"device, {at.NameLiteral}, new global::Nin.Ops.PoolSizes({at.Input.Channels}, {at.Input.Height}, {at.Input.Width}, ")
        + Invariant($"Kernel: {Window.Kernel}, Stride: {Window.Stride}")
        + Given("Padding", Window.Padding, LayerDefaults.Padding)
        + ")";

    public sealed override bool KeepsDeadChannels => true;
}

/// <summary>The largest element of each window.</summary>
sealed record MaxPool2dLayer(Window Window) : PoolingLayer(Declared, Window)
{
    public static readonly LayerKind Declared = new("MaxPool2d", stem: "Pool", arguments => new MaxPool2dLayer(Window.ReadPooling(arguments)));

    public override string Description => $"Max pooling, {Window.Description}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.MaxPool(Window.ToWindow2d(), at.Output.Elements));
}

/// <summary>The mean of each window.</summary>
sealed record AvgPool2dLayer(Window Window) : PoolingLayer(Declared, Window)
{
    public static readonly LayerKind Declared = new("AvgPool2d", stem: "Pool", arguments => new AvgPool2dLayer(Window.ReadPooling(arguments)));

    public override string Description => $"Average pooling, {Window.Description}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear);
}

/// <summary>The mean of each channel.</summary>
sealed record GlobalAvgPool2dLayer() : Layer(Declared)
{
    public static readonly LayerKind Declared = new("GlobalAvgPool2d", stem: "GlobalPool", _ => new GlobalAvgPool2dLayer());

    public override Shape? Infer(Placement at) => at.NeedsImage() ? Shape.Chw(at.Input.Channels, 1, 1) : null;

    public override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => field.Whole(input);

    public override IEnumerable<(string Name, double Value)> Arguments => [];

    public override string Description => "Mean of each channel";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("GlobalAvgPool2d", at.Input, at.Output);

    public override string ConstructorArguments(LayerSpec at) => $"device, {at.NameLiteral}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear);

    public override bool KeepsDeadChannels => true;
}
