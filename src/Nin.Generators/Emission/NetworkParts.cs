using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>A network with what emission derives from it: steps, plans, and names that its layers do not have.</summary>
sealed class NetworkParts
{
    readonly string[] blockClasses;

    public NetworkParts(NetworkSpec spec)
    {
        Spec = spec;
        Fused = FusedRelus.Of(spec);
        Graph = StepGraphBuilder.Build(spec);
        Training = new(Graph);
        Inference = new(Graph);
        Properties = [.. spec.Layers.Select(l => l.Name), .. Fused.Layers.Select(i => Fused.Behind(i)!.Name)];
        HashSet<string> taken = [.. Properties, .. spec.OwnMembers];
        blockClasses = [.. spec.Layers.Select(l => l.Layer is NinBlockLayer ? Free($"{l.Name}Layers", taken) : "")];
    }

    public NetworkSpec Spec { get; }

    public FusedRelus Fused { get; }

    public StepGraph Graph { get; }

    public TrainingPlan Training { get; }

    public InferencePlan Inference { get; }

    /// <summary>The properties that hold layers and steps.</summary>
    public IReadOnlyList<string> Properties { get; }

    /// <summary>The class of a block's property.</summary>
    public string BlockClass(int layer) => blockClasses[layer];

    static string Free(string name, HashSet<string> taken)
    {
        while (!taken.Add(name)) name += "_";
        return name;
    }
}
