using Nin.Generators.Layers;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>One step of a network's straight-line code. A step gives one value, so values have the numbers of their steps.</summary>
/// <param name="Name">What its value is called, in the casing of a property: <c>Block1Conv</c>.</param>
/// <param name="Path">The expression for it in generated code: <c>Block1.Conv.Step</c>.</param>
/// <param name="Layers">The layers that it computes, or is a part of.</param>
/// <param name="Inputs">The steps whose values it reads; <see cref="NetworkInput"/> for the network's input.</param>
/// <param name="Length">Float32 elements of one example's value.</param>
/// <param name="Memory">What its gradient reads.</param>
/// <param name="HasParameters">Whether it learns.</param>
/// <param name="Role">What it may leave out.</param>
sealed record StepNode(
    string Name,
    string Path,
    IReadOnlyList<int> Layers,
    IReadOnlyList<int> Inputs,
    long Length,
    StepMemory Memory,
    bool HasParameters,
    StepRole Role = StepRole.Computes)
{
    /// <summary>The position that stands for the network's input.</summary>
    public const int NetworkInput = -1;

    /// <summary>True for a step of several inputs.</summary>
    public bool IsMerge => Role is StepRole.Adds or StepRole.Multiplies or StepRole.Joins;

    /// <summary>Whether its value in training may be another one than in inference, although it learns nothing.</summary>
    public bool DiffersInTraining => Role is StepRole.Drops or StepRole.ComputesAsDeclared;

    /// <summary>Whether its gradient reads a value that the step reads.</summary>
    public bool KeepsInput(int value) => Memory.ReadsInput && (Role != StepRole.AddsFirst || Inputs[1] == value);
}

/// <summary>
/// The steps of a network in the order in which they run. All of them lead to the last, whose value is the network's output.
/// </summary>
sealed class StepGraph
{
    readonly ILookup<int, int> readers;
    readonly bool[] needsGradient;

    public StepGraph(IReadOnlyList<StepNode> steps)
    {
        Steps = steps;
        readers = steps.SelectMany((step, i) => step.Inputs.Select(input => (input, reader: i))).ToLookup(e => e.input, e => e.reader);
        needsGradient = new bool[steps.Count];
        for (int i = 0; i < steps.Count; i++) needsGradient[i] = steps[i].HasParameters || steps[i].Inputs.Any(NeedsGradient);
    }

    public IReadOnlyList<StepNode> Steps { get; }

    /// <summary>The step that gives the network's output.</summary>
    public int Output => Steps.Count - 1;

    /// <summary>
    /// Whether the value depends on a parameter. Where it does not, the step goes backward only when the gradient of the network's input is
    /// asked for.
    /// </summary>
    public bool NeedsGradient(int value) => value >= 0 && needsGradient[value];

    /// <summary>
    /// Whether the gradient of a step's value is masked by its only reader as the ReLU that the step ends with would do: then the step no longer needs
    /// its output.
    /// </summary>
    public bool ComesMasked(int step) =>
        Steps[step].Memory.EndsInRelu && step != Output && readers[step].Count() == 1 && Steps[readers[step].Single()].Memory.CanMask;

    /// <summary>Whether a step masks the gradient of its input for the step before.</summary>
    public bool Masks(int step) => Steps[step].Inputs[0] >= 0 && Steps[step].Memory.CanMask && ComesMasked(Steps[step].Inputs[0]);

    /// <summary>Whether a step's gradient reads its output.</summary>
    public bool ReadsOutput(int step) => Steps[step].Memory.ReadsOutput && !ComesMasked(step);

    /// <summary>The steps that read a value, in order; one that reads it twice is listed twice.</summary>
    public IEnumerable<int> Readers(int value) => readers[value];
}
