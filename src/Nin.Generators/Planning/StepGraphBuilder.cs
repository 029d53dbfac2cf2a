using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;

namespace Nin.Generators.Planning;

/// <summary>Lines up the steps of a network's layers, and leaves out layers that nothing uses.</summary>
sealed class StepGraphBuilder
{
    readonly EquatableArray<LayerSpec> layers;
    readonly FusedRelus fused;
    readonly List<StepNode> steps = [];
    readonly int[] outputs;

    StepGraphBuilder(NetworkSpec spec, FusedRelus fused)
    {
        layers = spec.Layers;
        this.fused = fused;
        outputs = new int[layers.Count];
    }

    /// <summary>The steps of a network all of whose shapes are known.</summary>
    public static StepGraph Build(NetworkSpec spec, FusedRelus fused)
    {
        StepGraphBuilder builder = new(spec, fused);
        bool[] used = LiveLayers.Of(spec);
        for (int i = 0; i < builder.layers.Count; i++)
        {
            if (used[i]) builder.outputs[i] = builder.Add(i);
        }

        return new(builder.steps);
    }

    /// <summary>The step whose value is the layer's.</summary>
    int Add(int index)
    {
        LayerSpec spec = layers[index];
        int[] inputs = [.. spec.Inputs.Select(i => i < 0 ? StepNode.NetworkInput : outputs[i])];
        if (fused.Contains(index)) return inputs[0];

        if (fused.After(index) is { } relu)
        {
            return Append(new(
                layers[relu.Layer].Name, relu.Name, [index, relu.Layer], inputs, spec.Output.Elements, relu.Step.Memory, HasParameters: true));
        }

        foreach (LayerStep step in spec.Layer.Steps(spec))
        {
            string path = $"{Access.To(spec.Name)}.{step.Path}";
            inputs = [Append(new(spec.Name + step.Suffix, path, [index], inputs, step.Length, step.Memory, step.HasParameters, step.Role))];
        }

        return inputs[0];
    }

    int Append(StepNode step)
    {
        steps.Add(step);
        return steps.Count - 1;
    }
}

/// <summary>Which layers the output depends on.</summary>
static class LiveLayers
{
    public static bool[] Of(NetworkSpec spec)
    {
        bool[] live = new bool[spec.Layers.Count];
        live[live.Length - 1] = true;
        for (int i = live.Length - 1; i >= 0; i--)
        {
            if (!live[i]) continue;

            foreach (int input in spec.Layers[i].Inputs)
            {
                if (input >= 0) live[input] = true;
            }
        }

        return live;
    }
}
