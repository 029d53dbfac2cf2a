namespace Nin.Runner.Results;

/// <summary>A layer of <see cref="SummaryResult"/>: output and multiply-adds of one example, bytes of the whole batch.</summary>
sealed record SummaryLayer(string Name, string Kind, string Output, long Parameters, long Macs, long ActivationBytes);
