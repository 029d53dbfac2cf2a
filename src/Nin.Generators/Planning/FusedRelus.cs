using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Planning;

/// <summary>
/// The ReLU layers right behind a convolution or linear layer that nobody else reads. The layers' own properties stay what they
/// declare; the network runs a step of its own that is both and shares the parameters.
/// </summary>
sealed class FusedRelus
{
    readonly Dictionary<int, FusedRelu> byConvolution = [];
    readonly HashSet<int> relus = [];

    public static FusedRelus Of(NetworkSpec spec)
    {
        FusedRelus fused = new();
        bool[] live = LiveLayers.Of(spec);
        HashSet<string> names = [.. spec.Layers.Select(l => l.Name), .. spec.OwnMembers];
        for (int i = 0; i < spec.Layers.Count; i++)
        {
            LayerSpec relu = spec.Layers[i];
            int before = relu.Inputs[0];
            if (!live[i] || relu.Layer is not ReluLayer || before < 0) continue;
            if (spec.Layers[before].Layer is not (Conv2dLayer or LinearLayer)) continue;
            if (Enumerable.Range(0, live.Length).Count(r => live[r] && spec.Layers[r].Inputs.Contains(before)) != 1) continue;

            string name = spec.Layers[before].Name + relu.Name;
            while (!names.Add(name)) name += "_";
            fused.byConvolution[before] = new(i, name);
            fused.relus.Add(i);
        }

        return fused;
    }

    /// <summary>The positions of the layers in front of them, in order.</summary>
    public IEnumerable<int> Layers => byConvolution.Keys.OrderBy(layer => layer);

    /// <summary>Whether a ReLU is computed by the layer before it.</summary>
    public bool Contains(int relu) => relus.Contains(relu);

    /// <summary>The ReLU that a layer computes as well, or null.</summary>
    public FusedRelu? Behind(int layer) => byConvolution.TryGetValue(layer, out FusedRelu? relu) ? relu : null;
}
