using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>One step of a network's straight line. A step gives one value, so that values are counted as the steps are.</summary>
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
    public bool IsMerge => Role is StepRole.Adds or StepRole.Joins;
}
