using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>Pooling by a window.</summary>
abstract record PoolingLayer(LayerKind Kind, Window Window) : Layer(Kind)
{
    /// <summary>No window: kernel and stride are always written.</summary>
    static readonly Window2d Unset = Window2d.Square(kernel: 0, stride: 0, LayerDefaults.Padding, LayerDefaults.Dilation);

    public sealed override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;

        WindowChecks checks = new(at, Window, "kernel");
        long mostPadding = Math.Min(
            WindowSize.MaxPoolingPadding(Window.Rows.Kernel, Window.Rows.Dilation), WindowSize.MaxPoolingPadding(Window.Columns.Kernel, Window.Columns.Dilation));
        if (!checks.PadsEnough() || checks.Slide(mostPadding) is not var (height, width) || !CanCount(at)) return null;
        return Shape.Chw(at.Input.Channels, height, width);
    }

    public sealed override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => Window.FieldAfter(field);

    public override IEnumerable<(string Name, double Value)> Arguments => [.. Window.Arguments, ("CeilMode", Window.Rows.Ceil ? 1 : 0)];

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Input, at.Output);

    public override string ConstructorArguments(LayerSpec at) =>
        Invariant($"device, {at.NameLiteral}, new global::Nin.Ops.PoolSizes({at.Input.Channels}, {at.Input.Height}, {at.Input.Width}")
        + Window.SizesArguments(at.Input, Unset)
        + ")";

    public sealed override bool KeepsDeadChannels => true;

    /// <summary>Whether what it keeps can distinguish the taps of a window, else NIN004.</summary>
    protected virtual bool CanCount(Placement at) => true;
}

/// <summary>The largest element of each window.</summary>
sealed record MaxPool2dLayer(Window Window) : PoolingLayer(Declared, Window)
{
    public static readonly LayerKind Declared =
        new("MaxPool2d", stem: "Pool", arguments => new MaxPool2dLayer(WindowArguments.ReadPooling(arguments, dilates: true)));

    /// <summary>A dilation only where there is one: an architecture without has the hash that it always had.</summary>
    public override IEnumerable<(string Name, double Value)> Arguments =>
        Math.Max(Window.Rows.Dilation, Window.Columns.Dilation) == LayerDefaults.Dilation ? base.Arguments : [.. base.Arguments, .. Window.DilationArguments];

    public override string Description => $"Max pooling, {Window.Description}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.MaxPool(Window.Over(at.Input), at.Output.Elements));

    protected override bool CanCount(Placement at) =>
        at.CountsTaps(Math.Min(Window.Rows.Kernel, at.Input.Height) * Math.Min(Window.Columns.Kernel, at.Input.Width));
}

/// <summary>The mean of each window.</summary>
sealed record AvgPool2dLayer(Window Window, bool CountIncludePad) : PoolingLayer(Declared, Window)
{
    public static readonly LayerKind Declared = new("AvgPool2d", stem: "Pool", arguments => new AvgPool2dLayer(
        WindowArguments.ReadPooling(arguments, dilates: false), arguments.Flag("CountIncludePad", LayerDefaults.CountIncludePad)));

    public override IEnumerable<(string Name, double Value)> Arguments => [.. base.Arguments, ("CountIncludePad", CountIncludePad ? 1 : 0)];

    public override string Description => $"Average pooling, {Window.Description}{(CountIncludePad ? "" : ", padding not counted")}";

    public override string ConstructorArguments(LayerSpec at) =>
        base.ConstructorArguments(at) + (CountIncludePad == LayerDefaults.CountIncludePad ? "" : $", countIncludePad: {Literal.Flag(CountIncludePad)}");

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear);
}

/// <summary>One element of each channel from all of its pixels.</summary>
abstract record GlobalPoolLayer(LayerKind Kind) : Layer(Kind)
{
    public override Shape? Infer(Placement at) => at.NeedsImage() ? Shape.Chw(at.Input.Channels, 1, 1) : null;

    public sealed override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => field.Whole(input);

    public sealed override IEnumerable<(string Name, double Value)> Arguments => [];

    public sealed override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Kind.Name, at.Input, at.Output);

    public sealed override string ConstructorArguments(LayerSpec at) => $"device, {at.NameLiteral}";

    public sealed override bool KeepsDeadChannels => true;
}

/// <summary>The mean of each channel.</summary>
sealed record GlobalAvgPool2dLayer() : GlobalPoolLayer(Declared)
{
    public static readonly LayerKind Declared = new("GlobalAvgPool2d", stem: "GlobalPool", _ => new GlobalAvgPool2dLayer());

    public override string Description => "Mean of each channel";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Linear);
}

/// <summary>The largest element of each channel.</summary>
sealed record GlobalMaxPool2dLayer() : GlobalPoolLayer(Declared)
{
    public static readonly LayerKind Declared = new("GlobalMaxPool2d", stem: "GlobalPool", _ => new GlobalMaxPool2dLayer());

    public override Shape? Infer(Placement at) =>
        base.Infer(at) is { } output && at.CountsTaps(at.Input.Height * at.Input.Width) ? output : null;

    public override string Description => "Maximum of each channel";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(
        at, StepMemory.MaxPool(new(new((int)at.Input.Height), new((int)at.Input.Width)), at.Output.Elements));
}
