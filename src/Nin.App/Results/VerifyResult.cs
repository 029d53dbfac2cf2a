namespace Nin.App.Results;

/// <summary><c>nin verify --json</c>. <paramref name="FirstDifference"/> is null where the two runs are the same.</summary>
sealed record VerifyResult(bool Same, RunDifference? FirstDifference);

/// <summary>
/// Where a run and its replay part: a column of an epoch's metrics, or an element of a parameter in PyTorch's order. The other two are null.
/// </summary>
sealed record RunDifference(int? Epoch, string? Column, string? Parameter, long? Index, double Recorded, double Replayed);
