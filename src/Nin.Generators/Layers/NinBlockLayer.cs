using Nin.Generators.Diagnostics;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>A k x k convolution and 1x1 convolutions after it.</summary>
/// <param name="Widths">Output channels of each convolution, the k x k one first.</param>
/// <param name="Window">The first convolution's window.</param>
/// <param name="LastRelu">Whether a ReLU follows the last convolution.</param>
/// <param name="AsksForLastRelu">Whether the declaration asks for it explicitly.</param>
/// <param name="BatchNorm">Whether a normalisation comes after each convolution that a ReLU follows.</param>
/// <param name="Bias">Whether each convolution adds a bias.</param>
sealed record NinBlockLayer(EquatableArray<int> Widths, Window Window, bool LastRelu, bool AsksForLastRelu, bool BatchNorm, bool Bias) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("NinBlock", stem: "Block", Read);

    /// <summary>The most 1x1 convolutions in a block: a typing error must not build a thousand layers.</summary>
    const int MostPointwise = 100;

    static NinBlockLayer Read(ArgumentReader arguments)
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
            WindowArguments.ReadConvolution(arguments, LayerDefaults.Kernel, missing: $""),
            arguments.Flag("LastRelu", LayerDefaults.LastRelu),
            arguments.IsGiven("LastRelu"),
            arguments.Flag("BatchNorm", LayerDefaults.BatchNorm),
            arguments.Flag("Bias", LayerDefaults.Bias));
    }

    public override Shape? Infer(Placement at)
    {
        if (!at.NeedsImage()) return null;
        if (new WindowChecks(at, Window, "Kernel").Slide(mostPadding: long.MaxValue) is not var (height, width)) return null;

        Part[] parts = [.. Parts(at.Input.Channels)];
        for (int i = 0; i < parts.Length; i++)
        {
            (string argument, int element) = i == 0 ? ("filters", 0) : ("pointwiseFilters", i - 1);
            if (!at.HoldsWeights(argument, parts[i].Width, parts[i].Channels, parts[i].Window, element)) return null;
            if (!at.Holds(Shape.Chw(parts[i].Width, height, width), argument, element)) return null;
        }

        return Shape.Chw(Widths[Widths.Count - 1], height, width);
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input) => Parts(input.Channels).SelectMany(c =>
        Convolution.Parameters($"{name}.{c.Index}", c.Width, c.Channels, c.Window, Bias)
            .Concat(c.Norm ? BatchNorm2dLayer.Parameters($"{name}.{c.Index + 1}", c.Width) : []));

    public override long Macs(Shape input, Shape output) => Saturated.Sum(Parts(input.Channels)
        .Select(c => Convolution.Macs(output with { Channels = c.Width }, c.Channels, c.Window)));

    public override ReceptiveField FieldAfter(ReceptiveField field, Shape input) => Window.FieldAfter(field);

    public override IEnumerable<(string Name, double Value)> Arguments =>
    [
        ("Filters", Widths[0]),
        .. Window.Arguments,
        .. Widths.Skip(1).Select((width, i) => (Invariant($"Pointwise{i + 1}"), (double)width)),
        ("LastRelu", LastRelu ? 1 : 0), ("BatchNorm", BatchNorm ? 1 : 0), ("Bias", Bias ? 1 : 0),
    ];

    public override string Description =>
        $"NiN block{(BatchNorm ? " with batch normalisation" : "")}, {string.Join("/", Widths.Select(w => Invariant($"{w}")))} wide, {Window.Description}";

    public override string RuntimeType(LayerSpec at, string ownClass) => ownClass;

    public override string ConstructorArguments(LayerSpec at) => "Parameters";

    public override bool HasOwnClass => true;

    public override IEnumerable<LayerStep> Steps(LayerSpec at)
    {
        Part[] parts = [.. Parts(at.Input.Channels)];
        long pixels = at.Output.Height * at.Output.Width;
        for (int i = 0; i < (HasMlp ? 1 : parts.Length); i++)
        {
            Part c = parts[i];
            StepMemory memory = c.Norm ? StepMemory.NormalizedConvolution(pixels * c.Width, c.Width) : StepMemory.Convolution(c.Relu);
            string suffix = i == parts.Length - 1 ? "" : c.Name;
            yield return new(suffix, $"{c.Name}.Step", pixels * c.Width, memory, HasParameters: true);
        }

        if (!HasMlp) yield break;

        StepMemory mlp = StepMemory.PointwiseMlp(pixels, parts[0].Width, parts[1].Width, parts[2].Width, LastRelu);
        yield return new("", "Mlp", at.Output.Elements, mlp, HasParameters: true);
    }

    public override bool DecidesChannels => true;

    public override bool EndsInUnaskedRelu => LastRelu && !AsksForLastRelu;

    public override bool HasReluAfterWeights => LastRelu || Widths.Count > 1;

    /// <summary>Whether the 1x1 convolutions are the pointwise MLP that one step computes: exactly two, with biases and without normalisation.</summary>
    bool HasMlp => Widths.Count == 3 && !BatchNorm && Bias;

    /// <summary>The convolutions in order.</summary>
    IEnumerable<Part> Parts(long inputChannels)
    {
        long channels = inputChannels;
        for (int i = 0, index = 0; i < Widths.Count; i++)
        {
            bool relu = LastRelu || i < Widths.Count - 1;
            yield return new(i, index, channels, Widths[i], i == 0 ? Window : Window.Pixel, relu, relu && BatchNorm);
            channels = Widths[i];
            index += relu && BatchNorm ? 3 : 2;
        }
    }

    /// <summary>The block with its parts as typed properties.</summary>
    public override void WriteOwnClass(LayerSpec at, string name, SourceWriter writer)
    {
        Part[] parts = [.. Parts(at.Input.Channels)];
        writer.Line().Summary(at.Summary);
        writer.Open($"public sealed class {name} : {Runtime("NinBlock", at.Input, at.Output)}");
        writer.Line($"internal {name}(global::Nin.ParameterSet parameters)").Deeper($": base(parameters, {at.NameLiteral})").Open();
        foreach (Part c in parts) WriteConstruction(at, c, writer);
        if (HasMlp) writer.Line("Mlp = new(Pointwise1.Step, Pointwise2.Step);");
        writer.Call("Compose(", string.Join(", ", Steps(at).Select(step => step.Path))).Close();
        foreach (Part c in parts) WriteProperties(at, c, writer);
        if (HasMlp)
        {
            writer.Line("""

                /// <summary>Both 1x1 convolutions as one step.</summary>
                internal global::Nin.PointwiseMlpStep Mlp { get; }
                """);
        }

        writer.Close();
    }

    static void WriteConstruction(LayerSpec at, Part c, SourceWriter writer)
    {
        string path = Invariant($"parameters, \"{at.Name}.{c.Index}\"");
        string sizes = c.Place == 0 || c.Norm ? $", {Convolution.Sizes(InputOf(at, c), c.Width, c.Window)}" : "";
        if (c.Norm) writer.Line(Invariant($"{c.NormName} = new(parameters, \"{at.Name}.{c.Index + 1}\");"));
        writer.Call($"{c.Name} = new(", $"{path}{sizes}{(c.Norm ? $", {c.NormName}" : "")}{(c.Relu ? ", relu: true" : "")}");
    }

    void WriteProperties(LayerSpec at, Part c, SourceWriter writer)
    {
        Shape input = InputOf(at, c), output = at.Output with { Channels = c.Width };
        string type = c.Norm ? "NormalizedConv2d" : c.Place == 0 ? "Conv2d" : "Pointwise";
        string after = (c.Norm, c.Relu) switch
        {
            (true, _) => $" with {c.NormName} and ReLU",
            (false, true) => " with ReLU",
            _ => "",
        };
        long parameters = Saturated.Sum(Convolution.Parameters("", c.Width, c.Channels, c.Window, Bias).Select(p => p.Count));
        long macs = Convolution.Macs(output, c.Channels, c.Window);
        writer.Line().Summary(
            Invariant($"{c.Window.Rows.Kernel}x{c.Window.Columns.Kernel} convolution{after}: {input} to {output};"),
            $"{Literal.Prose(parameters)} parameters, {Literal.Prose(macs)} multiply-adds.");
        writer.Line($$"""public {{Runtime(type, input, output)}} {{c.Name}} { get; }""");
        if (!c.Norm) return;

        writer.Line($$"""

            /// <summary>Batch normalisation of {{output}}; {{Literal.Prose(2L * c.Width)}} parameters.</summary>
            public {{Runtime("BatchNorm2d", output)}} {{c.NormName}} { get; }
            """);
    }

    static Shape InputOf(LayerSpec at, Part c) => c.Place == 0 ? at.Input : at.Output with { Channels = c.Channels };

    /// <summary>One convolution of a block.</summary>
    /// <param name="Place">Its place among the block's convolutions.</param>
    /// <param name="Index">Its place among all modules of the block, ReLU and normalisation too, as PyTorch's <c>Sequential</c> counts.</param>
    /// <param name="Channels">Input channels.</param>
    /// <param name="Width">Output channels.</param>
    /// <param name="Window">Its window.</param>
    /// <param name="Relu">Whether a ReLU follows.</param>
    /// <param name="Norm">Whether a normalisation comes before that ReLU, at the next index.</param>
    readonly record struct Part(int Place, int Index, long Channels, int Width, Window Window, bool Relu, bool Norm)
    {
        /// <summary>Its property.</summary>
        public string Name => Place == 0 ? "Conv" : Invariant($"Pointwise{Place}");

        /// <summary>The property of its normalisation.</summary>
        public string NormName => Invariant($"Norm{Place}");
    }
}
