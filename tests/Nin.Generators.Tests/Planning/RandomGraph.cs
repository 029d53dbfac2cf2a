using FsCheck;
using FsCheck.Fluent;
using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Tests.Planning;

/// <summary>Graphs of steps with branches, sums and every kind of memory.</summary>
static class RandomGraph
{
    static readonly Gen<(int Kind, int Pick, int Length)> Choice =
        from kind in Gen.Choose(0, 19)
        from pick in Gen.Choose(0, 1000)
        from length in Gen.Choose(1, 300)
        select (kind, pick, length);

    /// <summary>Graphs of one step to some forty, all of which lead to the last.</summary>
    public static Arbitrary<StepGraph> Arbitrary { get; } = Choice.NonEmptyListOf().Select(Build).ToArbitrary();

    static StepGraph Build(IEnumerable<(int Kind, int Pick, int Length)> choices)
    {
        List<StepNode> steps = [];
        foreach ((int kind, int pick, int length) in choices) steps.Add(Step(steps, kind, pick, length));

        int[] open = [.. Enumerable.Range(0, steps.Count).Where(i => !steps.Any(s => s.Inputs.Contains(i)))];
        if (open.Length > 1) steps.Add(Node(steps, open, open.Sum(i => steps[i].Length), StepMemory.Linear, role: StepRole.Joins));
        return new([.. steps.Select(step => step with { ComputesInput = ComputesInput(steps, step) })]);
    }

    // As fusion decides it: a normalised convolution that alone reads another one, here of every second length.
    static bool ComputesInput(List<StepNode> steps, StepNode step) =>
        IsNormalizedConvolution(step) && step.Length % 2 == 0 && step.Input >= 0 && steps[step.Input].Role != StepRole.AddsFirst
        && IsNormalizedConvolution(steps[step.Input]) && steps.Sum(reader => reader.Inputs.Count(input => input == step.Input)) == 1;

    static bool IsNormalizedConvolution(StepNode step) => step.Memory is { SavedPerExample: > 0, SavedFixed: > 0 };

    static StepNode Step(List<StepNode> steps, int kind, int pick, int length)
    {
        int input = pick % (steps.Count + 1) - 1;
        if (pick % 3 != 0) input = steps.Count - 1;
        long same = input < 0 ? 100 : steps[input].Length;
        int[] equal = [.. Enumerable.Range(0, steps.Count).Where(i => steps[i].Length == same)];
        return kind switch
        {
            0 or 1 => Node(steps, [input], length, StepMemory.Convolution(relu: true), learns: true),
            2 => Node(steps, [input], length, StepMemory.Convolution(relu: false), learns: true),
            3 or 18 or 19 => Node(steps, [input], length, StepMemory.NormalizedConvolution(length, 5), learns: true),
            4 => Node(steps, [input], length, StepMemory.PointwiseMlp(length, 3, 2, 4, lastRelu: true), learns: true),
            5 => Node(steps, [input], same, StepMemory.BatchNorm(3), learns: true),
            6 => Node(steps, [input], same, StepMemory.Activation(savesOutput: pick % 2 == 0)),
            7 => Node(steps, [input], same, StepMemory.Dropout, role: StepRole.Drops),
            8 => Node(steps, [input], length, StepMemory.MaxPool(Window2d.Square(pick % 2 == 0 ? 3 : 12), length)),
            9 => Node(steps, [input], same, StepMemory.Linear, role: StepRole.Aliases),
            12 => Node(steps, [input], same, StepMemory.PointwiseMlp(same, 1, 2, 1, lastRelu: pick % 2 == 0), learns: true),
            10 when equal.Length > 0 => Node(
                steps, [equal[pick % equal.Length], input < 0 ? equal[0] : input, equal[length % equal.Length]], same, StepMemory.Linear,
                role: StepRole.Adds),
            17 when equal.Length > 0 => Node(
                steps, [equal[pick % equal.Length], input < 0 ? equal[0] : input], same, StepMemory.Sum(relu: true), role: StepRole.Adds),
            13 when equal.Length > 0 => Node(
                steps, [equal[pick % equal.Length], input < 0 ? equal[0] : input, equal[length % equal.Length]], same, StepMemory.Multiply,
                role: StepRole.Multiplies),
            14 or 15 when steps.Count > 0 => Node(
                steps, [pick % steps.Count, kind == 14 ? input : pick % steps.Count], steps[pick % steps.Count].Length,
                StepMemory.ResidualConvolution(steps[pick % steps.Count].Length, 5, relu: length % 2 == 0), learns: true, StepRole.AddsFirst),
            11 when steps.Count > 1 => Node(
                steps, [pick % steps.Count, steps.Count - 1], steps[pick % steps.Count].Length + steps[^1].Length, StepMemory.Linear,
                role: StepRole.Joins),
            16 => Node(steps, [input], length, StepMemory.ActivatedConvolution(savesOutput: pick % 2 == 0, length), learns: true),
            _ => Node(steps, [input], length, StepMemory.Linear),
        };
    }

    static StepNode Node(
        List<StepNode> steps, int[] inputs, long length, StepMemory memory, bool learns = false, StepRole role = StepRole.Computes) =>
        new($"V{steps.Count}", $"S{steps.Count}", [steps.Count], inputs, length, memory, learns, role);
}
