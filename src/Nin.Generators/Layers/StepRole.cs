namespace Nin.Generators.Layers;

/// <summary>What a step does with its memory.</summary>
enum StepRole
{
    /// <summary>It computes its value.</summary>
    Computes,

    /// <summary>A user's class computes its value, in training perhaps another one than in inference.</summary>
    ComputesAsDeclared,

    /// <summary>Its value is its input, in the same memory under another name: nothing runs.</summary>
    Aliases,

    /// <summary>Its value is its input in inference, and computed in training.</summary>
    Drops,

    /// <summary>A sum of several inputs: the gradient of each is its own gradient.</summary>
    Adds,

    /// <summary>A product of several inputs: the gradient of each reads the others.</summary>
    Multiplies,

    /// <summary>
    /// It adds its first input to what it computes from the second, which alone its gradient reads. The first one's gradient is that of the sum, and
    /// is written before the second one's.
    /// </summary>
    AddsFirst,

    /// <summary>Several inputs side by side.</summary>
    Joins,
}
