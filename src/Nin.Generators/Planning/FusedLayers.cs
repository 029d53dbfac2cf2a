using Nin.Generators.Layers;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>Layers that follow each other and that one step computes.</summary>
/// <param name="Parts">The layers in order, each of which is read by the next one alone.</param>
/// <param name="Memory">What the step's gradient reads, from the last layer's value.</param>
sealed record FusionPattern(FusionPart[] Parts, Func<FusedValue, StepMemory> Memory)
{
    /// <summary>All patterns, the longest first.</summary>
    public static IReadOnlyList<FusionPattern> All { get; } =
    [
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Sum, FusionPart.Relu], last => ResidualConvolution(last, relu: true)),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Sum], last => ResidualConvolution(last, relu: false)),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Relu], NormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Normalization, FusionPart.Activation], NormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Normalization], NormalizedConvolution),
        new([FusionPart.Convolution, FusionPart.Relu], _ => StepMemory.Convolution(relu: true)),
        new([FusionPart.Convolution, FusionPart.Activation], last => StepMemory.ActivatedConvolution(last.SavesOutput, last.Elements)),
        new([FusionPart.Normalization, FusionPart.Relu], last => StepMemory.BatchNorm(last.Channels)),
        // Other activations than a ReLU stay apart: their gradients may read the sum, which a step of several inputs does not keep.
        new([FusionPart.Sum, FusionPart.Relu], _ => StepMemory.Sum(relu: true)),
    ];

    /// <summary>A convolution and its normalisation, and what may come after them.</summary>
    public bool IsNormalizedConvolution => Parts.Length > 1 && Parts[0] == FusionPart.Convolution && Parts[1] == FusionPart.Normalization;

    static StepMemory ResidualConvolution(FusedValue last, bool relu) => StepMemory.ResidualConvolution(last.Elements, last.Channels, relu);

    static StepMemory NormalizedConvolution(FusedValue last) => StepMemory.NormalizedConvolution(last.Elements, last.Channels);
}

/// <summary>What fused layers give.</summary>
/// <param name="Elements">Elements of one example.</param>
/// <param name="Channels">Its channels.</param>
/// <param name="SavesOutput">Whether the gradient of the activation at the end reads its output.</param>
readonly record struct FusedValue(long Elements, long Channels, bool SavesOutput);

/// <summary>
/// Layers of a network that one step computes, because nothing else reads the values between them. Generated code and networks that are put together at
/// run time both ask here, and no other place decides on fusion: so they run the same steps.
/// </summary>
/// <param name="Pattern">What was found.</param>
/// <param name="Layers">The layers' positions in the order of the pattern; the last one's value is the step's.</param>
/// <param name="Residual">The layer whose value the step adds as well, or -1 for the network's input; null for none.</param>
sealed record FusedLayers(FusionPattern Pattern, IReadOnlyList<int> Layers, int? Residual)
{
    /// <summary>The layer in whose place the step runs: the first one before which everything that it reads is declared.</summary>
    public int Place => Layers.First(layer => Residual is null || layer > Residual);

    /// <summary>The layer whose input the step reads.</summary>
    public int First => Layers[0];

    /// <summary>The layer whose value it gives.</summary>
    public int Last => Layers[Layers.Count - 1];

    /// <summary>All of a network, in the order of their first layers.</summary>
    /// <param name="parts">The role of each layer.</param>
    /// <param name="inputs">The layers that each reads, which come before it; -1 is the network's input. The last layer gives the network's output.</param>
    public static IEnumerable<FusedLayers> Find(IReadOnlyList<FusionPart> parts, IReadOnlyList<IReadOnlyList<int>> inputs) => new Search(parts, inputs).Run();

    /// <summary>Which layers the output, the last one's value, depends on.</summary>
    public static bool[] Live(IReadOnlyList<IReadOnlyList<int>> inputs)
    {
        bool[] live = new bool[inputs.Count];
        live[live.Length - 1] = true;
        for (int i = live.Length - 1; i >= 0; i--)
        {
            if (!live[i]) continue;

            foreach (int input in inputs[i])
            {
                if (input >= 0) live[input] = true;
            }
        }

        return live;
    }

    /// <summary>The layers that read each layer's value, and that the output depends on; one that reads it twice is there twice.</summary>
    /// <param name="inputs">As of <see cref="Find"/>.</param>
    /// <param name="live">What <see cref="Live"/> says.</param>
    public static ILookup<int, int> Readers(IReadOnlyList<IReadOnlyList<int>> inputs, bool[] live) =>
        inputs.SelectMany((from, reader) => from.Where(_ => live[reader]).Select(input => (input, reader))).ToLookup(edge => edge.input, edge => edge.reader);

    sealed class Search
    {
        readonly IReadOnlyList<FusionPart> parts;
        readonly IReadOnlyList<IReadOnlyList<int>> inputs;
        readonly bool[] live, taken;
        readonly ILookup<int, int> readers;

        public Search(IReadOnlyList<FusionPart> parts, IReadOnlyList<IReadOnlyList<int>> inputs)
        {
            this.parts = parts;
            this.inputs = inputs;
            live = Live(inputs);
            taken = new bool[parts.Count];
            readers = Readers(inputs, live);
        }

        public IEnumerable<FusedLayers> Run()
        {
            for (int i = 0; i < parts.Count; i++)
            {
                if (!live[i] || taken[i] || Find(i) is not { } found) continue;

                foreach (int layer in found.Layers) taken[layer] = true;
                yield return found;
            }
        }

        FusedLayers? Find(int first)
        {
            foreach (FusionPattern pattern in FusionPattern.All)
            {
                if (Match(first, pattern) is not { } layers) continue;

                int? residual = Residual(layers);
                if (residual is null || KeepsOrder(layers, residual.Value)) return new(pattern, layers, residual);
            }

            return null;
        }

        /// <summary>The layers of a pattern from its first on, or null where there are none.</summary>
        int[]? Match(int first, FusionPattern pattern)
        {
            int[] layers = new int[pattern.Parts.Length];
            for (int i = 0; i < layers.Length; i++)
            {
                // Read exactly once: a layer that reads a value twice needs it as a value.
                if (i > 0 && readers[layers[i - 1]].Count() != 1) return null;

                layers[i] = i == 0 ? first : readers[layers[i - 1]].Single();
                FusionPart part = parts[layers[i]];
                if (part != pattern.Parts[i] || taken[layers[i]]) return null;
                if (i > 0 && part == FusionPart.Sum && inputs[layers[i]].Count != 2) return null;
            }

            return layers;
        }

        /// <summary>What is added to the layers' own value, or null; a sum that comes first adds nothing but what the step reads.</summary>
        int? Residual(int[] layers)
        {
            int sum = Array.FindIndex(layers, 1, l => parts[l] == FusionPart.Sum);
            return sum < 0 ? null : inputs[layers[sum]].Single(input => input != layers[sum - 1]);
        }

        /// <summary>
        /// Whether no layer declared among them reads what they read: the gradients of a value with several readers are added in the order of its
        /// readers, which stays that of the declaration.
        /// </summary>
        bool KeepsOrder(int[] layers, int residual) =>
            inputs[layers[0]].Append(residual).SelectMany(input => readers[input])
                .All(reader => reader < layers[0] || reader > layers[layers.Length - 1] || layers.Contains(reader));
    }
}
