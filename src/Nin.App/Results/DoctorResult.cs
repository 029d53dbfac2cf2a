namespace Nin.App.Results;

/// <summary><c>nin doctor --json</c>.</summary>
sealed record DoctorResult(IReadOnlyList<DoctorCheck> Checks);

/// <summary>One thing that was tried, and what came of it in one line.</summary>
sealed record DoctorCheck(string Name, bool Ok, string Detail);
