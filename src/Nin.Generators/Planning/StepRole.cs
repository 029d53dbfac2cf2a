namespace Nin.Generators.Planning;

/// <summary>What a step is to its memory.</summary>
enum StepRole
{
    /// <summary>It computes its value.</summary>
    Computes,

    /// <summary>Its value is its input as it lies in memory: nothing runs.</summary>
    Renames,

    /// <summary>Its value is its input in inference, and computed in training.</summary>
    Drops,

    /// <summary>A sum of several inputs: the gradient of each is its own gradient.</summary>
    Adds,

    /// <summary>Several inputs side by side.</summary>
    Joins,
}
