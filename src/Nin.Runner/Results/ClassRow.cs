namespace Nin.Runner.Results;

/// <summary>
/// How a class does: the share of its predictions that are right, and the share of its examples that are found. A class that was never
/// predicted, or has no example, has 0.
/// </summary>
sealed record ClassRow(string Name, double Precision, double Recall);
