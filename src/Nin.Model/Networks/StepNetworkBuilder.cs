using Nin.Generators.Layers;
using Nin.Generators.Planning;

namespace Nin;

/// <summary>Collects the steps of a <see cref="StepNetwork"/>, one after another, each of which reads values of earlier ones.</summary>
/// <param name="input">Shape of one example that goes in.</param>
public sealed class StepNetworkBuilder(Shape input)
{
    /// <summary>The value that means the network's input.</summary>
    public const int NetworkInput = StepNode.NetworkInput;

    readonly List<object> steps = [];
    readonly List<IReadOnlyList<int>> inputs = [];

    /// <summary>Adds a step and returns the number of its value.</summary>
    /// <param name="step">The step: without a ReLU of its own where another step may follow that it can be fused with.</param>
    /// <param name="x">The value that it reads.</param>
    /// <exception cref="ArgumentException">The value has another shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public int Add(Step step, int x)
    {
        ArgumentNullException.ThrowIfNull(step);
        Require(x, step.Input);
        return Append(step, [x]);
    }

    /// <summary>Adds a step of several inputs and returns the number of its value.</summary>
    /// <param name="step">The step.</param>
    /// <param name="x">The values that it reads.</param>
    /// <exception cref="ArgumentException">The number of values or a shape differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public int Add(MergeStep step, params IReadOnlyList<int> x)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(x);
        if (x.Count != step.Inputs.Count) throw new ArgumentException($"The step takes {step.Inputs.Count} inputs, not {x.Count}.", nameof(x));
        for (int i = 0; i < x.Count; i++) Require(x[i], step.Inputs[i]);
        return Append(step, [.. x]);
    }

    /// <summary>The network, whose output is the last value. What it does not depend on is left out.</summary>
    /// <param name="parameters">Those of the steps; the network takes them over.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidOperationException">There is no step.</exception>
    public StepNetwork Build(ParameterSet parameters, string name = "network")
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (steps.Count == 0) throw new InvalidOperationException("A network has at least one step: add it before Build.");
        var fused = FusedLayers.Find([.. steps.Select(PartOf)], inputs).ToList();
        var fusedAt = new FusedLayers?[steps.Count];
        foreach (var found in fused)
            foreach (int layer in found.Layers) fusedAt[layer] = found;

        bool[] live = FusedLayers.Live(inputs);
        int[] valueOf = new int[steps.Count];
        List<object> computing = [];
        List<StepNode> nodes = [];
        for (int i = 0; i < steps.Count; i++)
        {
            if (!live[i]) continue;
            if (fusedAt[i] is not { } found)
            {
                valueOf[i] = Line(steps[i], [.. inputs[i].Select(Value)], RoleOf(steps[i]));
            }
            else if (found.Place == i)
            {
                object step = found.Layers.Select(l => steps[l]).Aggregate(Fuse);
                int[] x = [.. inputs[found.First].Select(Value)];
                valueOf[found.Last] = found.Residual is { } residual ? Line(step, [Value(residual), .. x], StepRole.AddsFirst) : Line(step, x, RoleOf(step));
            }
        }

        return new StepNetwork(name, parameters, input, computing, new StepGraph(nodes), OutputOf(steps[^1]));

        int Value(int layer) => layer < 0 ? NetworkInput : valueOf[layer];

        int Line(object step, int[] from, StepRole role)
        {
            computing.Add(step);
            nodes.Add(new StepNode("", "", [], from, OutputOf(step).Length, MemoryOf(step), HasParameters: false, role));
            return nodes.Count - 1;
        }
    }

    static FusionPart PartOf(object step) => step switch
    {
        ConvolutionStep { HasRelu: false } => FusionPart.Convolution,
        BatchNormStep { HasRelu: false } => FusionPart.Normalization,
        AddStep { HasRelu: false } => FusionPart.Sum,
        ActivationStep<Relu> => FusionPart.Relu,
        IActivationStep => FusionPart.Activation,
        _ => FusionPart.None,
    };

    static StepRole RoleOf(object step) => step switch
    {
        DropoutStep => StepRole.Drops,
        // Memory is channels last and features are channels first: with one pixel or one channel the two are the same.
        FlattenStep flatten when flatten.Input.Channels == 1 || flatten.Input.Pixels == 1 => StepRole.Aliases,
        MergeStep => StepRole.Joins,
        _ => StepRole.Computes,
    };

    /// <summary>The step that computes both; the patterns of <see cref="FusionPattern"/> have no others.</summary>
    static object Fuse(object before, object next) => (before, next) switch
    {
        (ConvolutionStep convolution, BatchNormStep normalization) => (object)convolution.Then(normalization),
        (NormalizedConvolutionStep normalized, AddStep) => normalized.ThenAdd(),
        (ResidualStep residual, ActivationStep<Relu>) => residual.ThenRelu(),
        (AddStep sum, ActivationStep<Relu>) => sum.ThenRelu(),
        (Step step, IActivationStep activation) => activation.FusedAfter(step),
        _ => null,
    } ?? throw new NotSupportedException($"{before.GetType().Name} and {next.GetType().Name} are a pattern of fusion without a step.");

    static Shape OutputOf(object step) => step switch { Step s => s.Output, ResidualStep r => r.Output, _ => ((MergeStep)step).Output };

    static Nin.Shapes.Sizes.StepMemory MemoryOf(object step) => step switch { Step s => s.Memory, ResidualStep r => r.Memory, _ => ((MergeStep)step).Memory };

    int Append(object step, IReadOnlyList<int> from)
    {
        steps.Add(step);
        inputs.Add(from);
        return steps.Count - 1;
    }

    void Require(int value, Shape shape)
    {
        if (value < NetworkInput || value >= steps.Count)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"Values are -1, the network's input, to {steps.Count - 1}, the last step's.");
        var found = value < 0 ? input : OutputOf(steps[value]);
        if (found != shape) throw new ArgumentException($"The step takes {shape}, and value {value} is {found}.", nameof(value));
    }
}
