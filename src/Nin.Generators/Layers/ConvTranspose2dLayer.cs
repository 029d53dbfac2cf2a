using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A transposed convolution: <c>out = (size - 1) Stride - padding + effective kernel + OutputPadding</c>.</summary>
sealed record ConvTranspose2dLayer(int Filters, Window Window, int AddedHeight, int AddedWidth, int Groups, bool Bias) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("ConvTranspose2d", stem: "Up", Read);

    static ConvTranspose2dLayer Read(ArgumentReader arguments)
    {
        int filters = arguments.Whole("filters", fallback: null, least: 1);
        var window = WindowArguments.ReadConvolution(arguments, kernel: null, $"use Kernel = 2 and Stride = 2, say, to double height and width");
        if (window.Same)
        {
            foreach (string added in (string[])["OutputPadding", "OutputPaddingHeight", "OutputPaddingWidth"]) arguments.Exclude(added, "Same");
        }

        arguments.Exclude("OutputPaddingHeight", "OutputPadding");
        arguments.Exclude("OutputPaddingWidth", "OutputPadding");
        int all = arguments.Whole("OutputPadding", LayerDefaults.Padding, least: 0, Math.Min(window.Rows.Stride, window.Columns.Stride) - 1);
        return new(
            filters, window,
            arguments.Whole("OutputPaddingHeight", all, least: 0, window.Rows.Stride - 1),
            arguments.Whole("OutputPaddingWidth", all, least: 0, window.Columns.Stride - 1),
            arguments.Whole("Groups", LayerDefaults.Groups, least: 1),
            arguments.Flag("Bias", LayerDefaults.Bias));
    }

    public override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage() || !Convolution.Divides(at, Groups, Filters)) return null;

        long height = Output(Window.Rows, at.Input.Height, AddedHeight), width = Output(Window.Columns, at.Input.Width, AddedWidth);
        if (height < 1 || width < 1)
        {
            at.Report(
                Rules.ArgumentOutOfRange,
                at.IsGiven("Padding") ? "Padding" : null,
                $"the padding leaves {Math.Max(0, height)}x{Math.Max(0, width)} pixels of {at.Input} enlarged",
                $"use less padding or a larger kernel");
            return null;
        }

        var output = Shape.Chw(Filters, height, width);
        return at.HoldsWeights("filters", Filters / Groups, at.Input.Channels, Window) ? output : null;
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input)
    {
        yield return new($"{name}.weight", ParameterRole.Weight, new([input.Channels, Filters / Groups, Window.Rows.Kernel, Window.Columns.Kernel]));
        if (Bias) yield return new($"{name}.bias", ParameterRole.Bias, new([Filters]));
    }

    /// <summary>Each pixel that it reads goes to a window of results.</summary>
    public override long Macs(Shape input, Shape output) => Convolution.Macs(input, Filters / Groups, Window);

    public override ReceptiveField FieldAfter(ReceptiveField field, Shape input) =>
        field.Enlarge(Window.Rows.Effective, Window.Rows.Stride, Window.Columns.Effective, Window.Columns.Stride);

    public override IEnumerable<(string Name, double Value)> Arguments =>
    [
        ("Filters", Filters), .. Window.Arguments,
        .. AddedHeight == AddedWidth ? [("OutputPadding", AddedHeight)] : ((string, double)[])[("OutputPaddingHeight", AddedHeight), ("OutputPaddingWidth", AddedWidth)],
        .. Window.DilationArguments, ("Groups", Groups), ("Bias", Bias ? 1 : 0),
    ];

    public override string Description => $"Transposed convolution{(Groups > 1 ? Invariant($" in {Groups} groups") : "")}, {Window.Description}";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime(Declared.Name, at.Input, at.Output);

    public override string ConstructorArguments(LayerSpec at) =>
        $"Parameters, {at.NameLiteral}, {Convolution.Sizes(at.Output, at.Input.Channels, Window, Groups)}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.TransposedConvolution);

    public override bool DecidesChannels => true;

    public override bool AddsBias => Bias;

    long Output(WindowAxis axis, long size, int added) =>
        Window.Same ? size * axis.Stride : axis.Enlarged(size, added);
}
