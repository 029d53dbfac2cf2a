using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;

namespace Nin.Generators.Planning;

/// <summary>Collects the steps of a network's layers, and leaves out layers that nothing uses.</summary>
sealed class StepGraphBuilder
{
    readonly EquatableArray<LayerSpec> layers;
    readonly List<StepNode> steps = [];
    readonly int[] outputs;

    StepGraphBuilder(NetworkSpec spec)
    {
        layers = spec.Layers;
        outputs = new int[layers.Count];
    }

    /// <summary>The steps of a network all of whose shapes are known.</summary>
    public static StepGraph Build(NetworkSpec spec, Fusion fused)
    {
        StepGraphBuilder builder = new(spec);
        bool[] used = FusedLayers.Live([.. spec.Layers.Select(l => l.Inputs)]);
        for (int i = 0; i < builder.layers.Count; i++)
        {
            if (!used[i]) continue;

            if (fused.Of(i) is not { } step) builder.outputs[i] = builder.Add(i);
            else if (step.Found.Place == i) builder.outputs[step.Found.Last] = builder.Add(step);
        }

        return new(builder.steps);
    }

    /// <summary>The step whose value is the layer's.</summary>
    int Add(int index)
    {
        LayerSpec spec = layers[index];
        int[] inputs = Inputs(spec);
        foreach (LayerStep step in spec.Layer.Steps(spec))
        {
            string path = $"{Access.To(spec.Name)}.{step.Path}";
            inputs = [Append(new(spec.Name + step.Suffix, path, [index], inputs, step.Length, step.Memory, step.HasParameters, step.Role))];
        }

        return inputs[0];
    }

    int Add(FusedStep step)
    {
        FusedLayers found = step.Found;
        LayerSpec last = layers[found.Last];
        int[] inputs = Inputs(layers[found.First]);
        if (found.Residual is { } residual) inputs = [Value(residual), .. inputs];
        return Append(new(
            last.Name, step.Name, found.Layers, inputs, last.Output.Elements, step.Memory,
            HasParameters: found.Layers.Any(l => layers[l].ParameterCount > 0), step.Role, step.ComputesInput));
    }

    int[] Inputs(LayerSpec spec) => [.. spec.Inputs.Select(Value)];

    int Value(int layer) => layer < 0 ? StepNode.NetworkInput : outputs[layer];

    int Append(StepNode step)
    {
        steps.Add(step);
        return steps.Count - 1;
    }
}
