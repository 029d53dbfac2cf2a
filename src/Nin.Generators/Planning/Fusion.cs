using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>A step that computes several layers.</summary>
/// <param name="Found">The layers.</param>
/// <param name="Name">The property that holds it.</param>
/// <param name="Memory">What its gradient reads.</param>
/// <param name="Expression">The step from those of the layers.</param>
/// <param name="ComputesInput">Whether it computes the value that it reads again, which the step before does not keep then.</param>
sealed record FusedStep(FusedLayers Found, string Name, StepMemory Memory, string Expression, bool ComputesInput)
{
    /// <summary>Its type.</summary>
    public string Type => Role switch
    {
        StepRole.Adds => "global::Nin.AddStep",
        StepRole.AddsFirst => "global::Nin.ResidualStep",
        _ => "global::Nin.Step",
    };

    /// <summary>What it does with its memory.</summary>
    public StepRole Role => Found.Pattern.Parts[0] == FusionPart.Sum ? StepRole.Adds : Found.Residual is null ? StepRole.Computes : StepRole.AddsFirst;
}

/// <summary>
/// Which layers run as one step: those that <see cref="FusedLayers"/> finds. The layers' own properties stay as declared; the network runs a step of its
/// own, which shares their parameters.
/// </summary>
sealed class Fusion
{
    readonly NetworkSpec spec;
    readonly FusedStep?[] byLayer;
    readonly ILookup<int, int> readers;

    Fusion(NetworkSpec spec)
    {
        this.spec = spec;
        byLayer = new FusedStep?[spec.Layers.Count];
        IReadOnlyList<int>[] inputs = [.. spec.Layers.Select(l => l.Inputs)];
        readers = FusedLayers.Readers(inputs, FusedLayers.Live(inputs));
        HashSet<string> names = [.. spec.Layers.Select(l => l.Name), .. spec.OwnMembers, spec.ClassName];
        FusionPart[] parts = [.. spec.Layers.Select(l => l.Layer.Fusion)];
        foreach (FusedLayers found in FusedLayers.Find(parts, inputs))
        {
            string name = string.Concat(found.Layers.Select(l => spec.Layers[l].Name));
            while (!names.Add(name)) name += "_";
            FusedStep? before = Before(found);
            string after = before is null ? "" : $".After({before.Name})";
            FusedStep step = new(found, name, Memory(found), Expression(found.Layers) + after, before is not null);
            foreach (int layer in found.Layers) byLayer[layer] = step;
        }
    }

    public static Fusion Of(NetworkSpec spec) => new(spec);

    /// <summary>The fused steps, in the order of their first layers.</summary>
    public IEnumerable<FusedStep> All => byLayer.OfType<FusedStep>().Distinct();

    /// <summary>The fused step that computes a layer, or null.</summary>
    public FusedStep? Of(int layer) => byLayer[layer];

    /// <summary>
    /// The step before whose value is not kept: a normalised convolution, read once, by a convolution that normalises what it reads. A value that is computed
    /// again takes no memory between its reader's forward and backward pass.
    /// </summary>
    FusedStep? Before(FusedLayers found)
    {
        LayerSpec first = spec.Layers[found.First];
        if (!found.Pattern.IsNormalizedConvolution || !first.Layer.NormalizesInput(first.InputShapes.Single())) return null;

        int input = first.Inputs.Single();
        FusedStep? before = input >= 0 && readers[input].Count() == 1 ? byLayer[input] : null;
        return before is not null && before.Found.Last == input && CanLeaveOutValue(before.Found) ? before : null;
    }

    bool CanLeaveOutValue(FusedLayers found) => found.Pattern.IsNormalizedConvolution && found.Layers.Skip(2).All(l => spec.Layers[l].Layer.IsRectifier);

    StepMemory Memory(FusedLayers found)
    {
        LayerSpec last = spec.Layers[found.Last];
        // Whether an activation's gradient reads its output: its own step says so.
        bool savesOutput = last.Layer.Fusion == FusionPart.Activation && last.Layer.Steps(last).Single().Memory.ReadsOutput;
        return found.Pattern.Memory(new(last.Output.Elements, last.Output.Channels, savesOutput));
    }

    string Expression(IReadOnlyList<int> layers)
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
