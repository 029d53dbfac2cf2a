namespace Nin.Benchmarks.Peak;

/// <summary>One direction of one layer.</summary>
/// <param name="Layer">Which.</param>
/// <param name="Direction">Forward, data gradient or weight gradient.</param>
/// <param name="Macs">Multiply-adds of a run, those with padding counted.</param>
/// <param name="Run">Runs it once.</param>
sealed record LayerKernel(string Layer, string Direction, long Macs, Action Run);
