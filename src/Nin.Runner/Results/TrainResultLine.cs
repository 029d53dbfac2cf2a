namespace Nin.Runner.Results;

/// <summary>The last line of <c>nin train --json</c>.</summary>
sealed record TrainResultLine(TrainResult Result);
