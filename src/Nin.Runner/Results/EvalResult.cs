namespace Nin.Runner.Results;

/// <summary><c>nin eval --json</c>.</summary>
sealed record EvalResult(double Loss, double Accuracy, IReadOnlyList<ClassRow> Classes);
