namespace Nin.Runner.Results;

/// <summary><c>nin summary --json</c>. The two sums of bytes are the plan's, for the batch.</summary>
sealed record SummaryResult(
    string Model,
    string Input,
    int Batch,
    IReadOnlyList<SummaryLayer> Layers,
    long Parameters,
    long Macs,
    long TrainingBytes,
    long InferenceBytes);
