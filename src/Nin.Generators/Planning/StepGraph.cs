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
/// <param name="ComputesInput">Whether training computes the value that it reads again, from what the step before saves, instead of keeping it.</param>
sealed record StepNode(
    string Name,
    string Path,
    IReadOnlyList<int> Layers,
    IReadOnlyList<int> Inputs,
    long Length,
    StepMemory Memory,
    bool HasParameters,
    StepRole Role = StepRole.Computes,
    bool ComputesInput = false)
{
    /// <summary>The position that stands for the network's input.</summary>
    public const int NetworkInput = -1;

    /// <summary>True for a step of several inputs.</summary>
    public bool IsMerge => Role is StepRole.Adds or StepRole.Multiplies or StepRole.Joins;

    /// <summary>The value that it computes from: what is added to that comes first.</summary>
    public int Input => Role == StepRole.AddsFirst ? Inputs[1] : Inputs[0];

    /// <summary>Whether its value in training may be another one than in inference, although it learns nothing.</summary>
    public bool DiffersInTraining => Role is StepRole.Drops or StepRole.ComputesAsDeclared;

    /// <summary>Whether its gradient reads a value that the step reads.</summary>
    public bool KeepsInput(int value) => Memory.ReadsInput && (Role != StepRole.AddsFirst || Input == value);
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

    /// <summary>The step that computes a value of training again where it reads it, so that it is not kept; null where it is.</summary>
    public int? ComputedBy(int value) => value < 0 ? null : readers[value].Where(reader => Steps[reader].ComputesInput && Steps[reader].Input == value).Cast<int?>().SingleOrDefault();

    /// <summary>Whether a step masks the gradient of its input for the step before.</summary>
    public bool Masks(int step) => Steps[step].Inputs[0] >= 0 && Steps[step].Memory.CanMask && ComesMasked(Steps[step].Inputs[0]);

    /// <summary>Whether a step's gradient reads its output.</summary>
    public bool ReadsOutput(int step) => Steps[step].Memory.ReadsOutput && !ComesMasked(step);

    /// <summary>The steps that read a value, in order; one that reads it twice is listed twice.</summary>
    public IEnumerable<int> Readers(int value) => readers[value];
}
