namespace Nin.Training;

/// <summary>How well a class is known. A share of nothing is 0, as in scikit-learn.</summary>
/// <param name="Name">The class.</param>
/// <param name="Examples">Examples that are of it.</param>
/// <param name="Precision">Of the examples that were said to be of it, the share that are.</param>
/// <param name="Recall">Of the examples that are of it, the share that were said to be.</param>
public readonly record struct ClassMetrics(string Name, int Examples, double Precision, double Recall);
