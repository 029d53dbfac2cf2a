using Nin.Generators.Layers;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>Takes a network's layers apart into steps, and leaves out layers that nothing uses.</summary>
sealed class StepGraphBuilder
{
    readonly EquatableArray<LayerSpec> layers;
    readonly FusedRelus fused;
    readonly List<StepNode> steps = [];
    readonly int[] outputs;

    StepGraphBuilder(NetworkSpec spec)
    {
        layers = spec.Layers;
        fused = FusedRelus.Of(spec);
        outputs = new int[layers.Count];
    }

    /// <summary>The steps of a network all of whose shapes are known.</summary>
    public static StepGraph Build(NetworkSpec spec)
    {
        StepGraphBuilder builder = new(spec);
        bool[] used = LiveLayers.Of(spec);
        for (int i = 0; i < builder.layers.Count; i++)
        {
            if (used[i]) builder.outputs[i] = builder.Add(i);
        }

        return new(builder.steps);
    }

    int Add(int index)
    {
        LayerSpec spec = layers[index];
        string path = Access.To(spec.Name);
        StepNode Step(StepMemory memory, StepRole role = StepRole.Computes) =>
            new(spec.Name, $"{path}.Step", [index], Inputs(spec), spec.Output.Elements, memory, spec.ParameterCount > 0, role);

        switch (spec.Layer)
        {
            case NinBlockLayer block:
                return AddBlock(index, block);
            case Conv2dLayer or LinearLayer when fused.Behind(index) is { } relu:
                StepNode both = Step(StepMemory.Convolution(relu: true));
                return Append(both with { Name = layers[relu.Layer].Name, Path = relu.Name, Layers = [index, relu.Layer] });
            case Conv2dLayer or LinearLayer:
                return Append(Step(StepMemory.Convolution(relu: false)));
            case ReluLayer when fused.Contains(index):
                return Inputs(spec)[0];
            case ReluLayer or LeakyReluLayer:
                return Append(Step(StepMemory.Activation(savesOutput: true)));
            case MaxPool2dLayer pool:
                return Append(Step(StepMemory.MaxPool(pool.Window.Kernel, spec.Output.Elements)));
            case BatchNorm2dLayer:
                return Append(Step(StepMemory.BatchNorm(spec.Output.Channels)));
            case DropoutLayer:
                return Append(Step(StepMemory.Dropout, StepRole.Drops));
            case FlattenLayer:
                return Append(Step(StepMemory.Linear, IsInOrder(spec.InputShapes[0]) ? StepRole.Renames : StepRole.Computes));
            case AddLayer:
                return Append(Step(StepMemory.Linear, StepRole.Adds));
            case ConcatLayer:
                return Append(Step(StepMemory.Linear, StepRole.Joins));
            default:
                return Append(Step(StepMemory.Linear));
        }
    }

    int AddBlock(int index, NinBlockLayer block)
    {
        LayerSpec spec = layers[index];
        BlockConvolution[] convolutions = [.. block.Convolutions(spec.InputShapes[0].Channels)];
        int value = Inputs(spec)[0];
        long pixels = spec.Output.Height * spec.Output.Width;
        bool isMlp = BlockParts.HasMlp(block);
        for (int i = 0; i < (isMlp ? 1 : convolutions.Length); i++)
        {
            BlockConvolution c = convolutions[i];
            StepMemory memory = c.Norm ? StepMemory.NormalizedConvolution(pixels * c.Width, c.Width) : StepMemory.Convolution(c.Relu);
            string part = BlockParts.NameOf(i);
            string name = i == convolutions.Length - 1 ? spec.Name : spec.Name + part;
            string path = $"{Access.To(spec.Name)}.{part}.Step";
            value = Append(new(name, path, [index], [value], pixels * c.Width, memory, HasParameters: true));
        }

        if (!isMlp) return value;

        StepMemory mlp = StepMemory.PointwiseMlp(
            pixels, convolutions[0].Width, convolutions[1].Width, convolutions[2].Width, block.LastRelu);
        return Append(new(
            spec.Name, $"{Access.To(spec.Name)}.{BlockParts.Mlp}", [index], [value], spec.Output.Elements, mlp, HasParameters: true));
    }

    int Append(StepNode step)
    {
        steps.Add(step);
        return steps.Count - 1;
    }

    int[] Inputs(LayerSpec spec) => [.. spec.Inputs.Select(i => i < 0 ? StepNode.NetworkInput : outputs[i])];

    /// <summary>Memory is channels last and features are channels first: with one pixel or one channel these are the same.</summary>
    static bool IsInOrder(Shape shape) => shape.Channels == 1 || (shape.Height == 1 && shape.Width == 1);
}
