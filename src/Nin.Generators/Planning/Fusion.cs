using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>Layers that follow each other and that one step computes.</summary>
/// <param name="Parts">The layers in order, each of which is read by the next one alone.</param>
/// <param name="Memory">What the step's gradient reads, from the last layer.</param>
sealed record FusionPattern(FusionPart[] Parts, Func<LayerSpec, StepMemory> Memory)
{
    /// <summary>All patterns, the longest first.</summary>
    public static IReadOnlyList<FusionPattern> All { get; } =
    [
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Sum, FusionPart.Relu], last => ResidualConvolution(last, relu: true)),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Sum], last => ResidualConvolution(last, relu: false)),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Relu], NormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Activation], ActivatedNormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Normalization], NormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Relu], _ => StepMemory.Convolution(relu: true)),
        new([FusionPart.Convolution, FusionPart.Activation], last => StepMemory.ActivatedConvolution(SavesOutput(last), last.Output.Elements)),
        new([FusionPart.Normalization, FusionPart.Relu], last => StepMemory.BatchNorm(last.Output.Channels)),
    ];

    static StepMemory ResidualConvolution(LayerSpec last, bool relu) =>
        StepMemory.ResidualConvolution(last.Output.Elements, last.Output.Channels, relu);

    static StepMemory ActivatedNormalizedConvolution(LayerSpec last) =>
        StepMemory.ActivatedNormalizedConvolution(SavesOutput(last), last.Output.Elements, last.Output.Channels);

    /// <summary>Whether an activation's gradient reads its output: its own step says so.</summary>
    static bool SavesOutput(LayerSpec activation) => activation.Layer.Steps(activation).Single().Memory.ReadsOutput;

    static StepMemory NormalizedConvolution(LayerSpec last) => StepMemory.NormalizedConvolution(last.Output.Elements, last.Output.Channels);
}

/// <summary>A step that computes several layers.</summary>
/// <param name="Layers">The layers' positions in the order of the pattern; the last one's value is the step's.</param>
/// <param name="Residual">The layer whose value it adds as well, or the network's input; null for none.</param>
/// <param name="Name">The property that holds it.</param>
/// <param name="Pattern">What was found.</param>
/// <param name="Expression">The step from those of the layers.</param>
sealed record FusedStep(IReadOnlyList<int> Layers, int? Residual, string Name, FusionPattern Pattern, string Expression)
{
    /// <summary>Its type.</summary>
    public string Type => Residual is null ? "global::Nin.Step" : "global::Nin.ResidualStep";

    /// <summary>The layer in whose place it runs: the first one before which everything that it reads is declared.</summary>
    public int Place => Layers.First(layer => Residual is null || layer > Residual);

    /// <summary>The layer whose input it reads.</summary>
    public int First => Layers[0];

    /// <summary>The layer whose value it gives.</summary>
    public int Last => Layers[Layers.Count - 1];
}

/// <summary>
/// Which layers run as one step: those of a <see cref="FusionPattern"/>, where nothing else reads the values between them. The layers' own properties
/// stay as declared; the network runs a step of its own, which shares their parameters. No other place decides on fusion.
/// </summary>
sealed class Fusion
{
    readonly NetworkSpec spec;
    readonly bool[] live;
    readonly ILookup<int, int> readers;
    readonly FusedStep?[] byLayer;

    Fusion(NetworkSpec spec)
    {
        this.spec = spec;
        live = LiveLayers.Of(spec);
        readers = spec.Layers.Where(l => live[l.Position]).SelectMany(l => l.Inputs.Select(input => (input, l.Position)))
            .ToLookup(edge => edge.input, edge => edge.Position);
        byLayer = new FusedStep?[spec.Layers.Count];
    }

    public static Fusion Of(NetworkSpec spec)
    {
        Fusion fusion = new(spec);
        HashSet<string> names = [.. spec.Layers.Select(l => l.Name), .. spec.OwnMembers, spec.ClassName];
        for (int i = 0; i < spec.Layers.Count; i++)
        {
            if (fusion.live[i] && fusion.byLayer[i] is null) fusion.Find(i, names);
        }

        return fusion;
    }

    /// <summary>The fused steps, in the order of their first layers.</summary>
    public IEnumerable<FusedStep> All => byLayer.OfType<FusedStep>().Distinct();

    /// <summary>The fused step that computes a layer, or null.</summary>
    public FusedStep? Of(int layer) => byLayer[layer];

    void Find(int first, HashSet<string> names)
    {
        foreach (FusionPattern pattern in FusionPattern.All)
        {
            if (Match(first, pattern) is not { } layers) continue;

            int? residual = Residual(layers);
            if (residual is { } added && !KeepsOrder(layers, added)) continue;

            string name = string.Concat(layers.Select(l => spec.Layers[l].Name));
            while (!names.Add(name)) name += "_";
            FusedStep step = new(layers, residual, name, pattern, Expression(layers));
            foreach (int layer in layers) byLayer[layer] = step;
            return;
        }
    }

    /// <summary>The layers of a pattern from its first on, or null where they are not there.</summary>
    int[]? Match(int first, FusionPattern pattern)
    {
        int[] layers = new int[pattern.Parts.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            // Read exactly once: a layer that reads a value twice needs it as a value.
            if (i > 0 && readers[layers[i - 1]].Count() != 1) return null;

            layers[i] = i == 0 ? first : readers[layers[i - 1]].Single();
            LayerSpec layer = spec.Layers[layers[i]];
            if (layer.Layer.Fusion != pattern.Parts[i] || byLayer[layers[i]] is not null) return null;
            if (layer.Layer.Fusion == FusionPart.Sum && layer.Inputs.Count != 2) return null;
        }

        return layers;
    }

    /// <summary>What is added to the layers' own value, or null.</summary>
    int? Residual(int[] layers)
    {
        int sum = Array.FindIndex(layers, l => spec.Layers[l].Layer.Fusion == FusionPart.Sum);
        return sum < 0 ? null : spec.Layers[layers[sum]].Inputs.Single(input => input != layers[sum - 1]);
    }

    /// <summary>
    /// Whether no layer declared among them reads what they read: the gradients of a value with several readers are added in the order of its
    /// readers, which stays that of the declaration.
    /// </summary>
    bool KeepsOrder(int[] layers, int residual) =>
        spec.Layers[layers[0]].Inputs.Append(residual).SelectMany(input => readers[input])
            .All(reader => reader < layers[0] || reader > layers[layers.Length - 1] || layers.Contains(reader));

    string Expression(int[] layers)
    {
        string[] steps = [.. layers.Select(l => $"{Access.To(spec.Layers[l].Name)}.Step")];
        IEnumerable<string> then = layers.Zip(steps, (l, step) => spec.Layers[l].Layer.Fusion switch
        {
            FusionPart.Relu => ".ThenRelu()",
            FusionPart.Sum => ".ThenAdd()",
            _ => $".Then({step})",
        });
        return steps[0] + string.Concat(then.Skip(1));
    }
}
