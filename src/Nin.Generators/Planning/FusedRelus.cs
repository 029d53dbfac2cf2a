using Nin.Generators.Layers;
using Nin.Generators.Parsing;

namespace Nin.Generators.Planning;

/// <summary>A ReLU layer that the step of the layer before it computes.</summary>
/// <param name="Layer">The ReLU's position.</param>
/// <param name="Name">The name of the step that is both.</param>
/// <param name="Step">That step.</param>
sealed record FusedRelu(int Layer, string Name, FusedStep Step);

/// <summary>
/// The ReLU layers right after a layer that has a step for both, where nobody else reads that layer. The layers' own properties stay what they
/// declare; the network runs a step of its own that is both and shares the parameters.
/// </summary>
sealed class FusedRelus
{
    readonly Dictionary<int, FusedRelu> byLayer = [];
    readonly HashSet<int> relus = [];

    public static FusedRelus Of(NetworkSpec spec)
    {
        FusedRelus fused = new();
        bool[] live = LiveLayers.Of(spec);
        HashSet<string> names = [.. spec.Layers.Select(l => l.Name), .. spec.OwnMembers, spec.ClassName];
        for (int i = 0; i < spec.Layers.Count; i++)
        {
            LayerSpec relu = spec.Layers[i];
            int before = relu.Inputs[0];
            if (!live[i] || !relu.Layer.IsRelu || before < 0) continue;
            if (spec.Layers[before].Layer.StepWithRelu(spec.Layers[before].Name) is not { } step) continue;
            if (Enumerable.Range(0, live.Length).Count(r => live[r] && spec.Layers[r].Inputs.Contains(before)) != 1) continue;

            string name = spec.Layers[before].Name + relu.Name;
            while (!names.Add(name)) name += "_";
            fused.byLayer[before] = new(i, name, step);
            fused.relus.Add(i);
        }

        return fused;
    }

    /// <summary>The layers before them with the ReLU of each, in order.</summary>
    public IEnumerable<(int Layer, FusedRelu Relu)> All => byLayer.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value));

    /// <summary>Whether a ReLU is computed by the layer before it.</summary>
    public bool Contains(int relu) => relus.Contains(relu);

    /// <summary>The ReLU that a layer computes as well, or null.</summary>
    public FusedRelu? After(int layer) => byLayer.TryGetValue(layer, out FusedRelu? relu) ? relu : null;
}
