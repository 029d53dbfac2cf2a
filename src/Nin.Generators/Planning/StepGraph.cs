namespace Nin.Generators.Planning;

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
    /// Whether a parameter stands before the value. Where none does, the step goes back only when the gradient of the network's input is
    /// asked for.
    /// </summary>
    public bool NeedsGradient(int value) => value >= 0 && needsGradient[value];

    /// <summary>The steps that read a value, in order; one that reads it twice stands twice.</summary>
    public IEnumerable<int> Readers(int value) => readers[value];
}
