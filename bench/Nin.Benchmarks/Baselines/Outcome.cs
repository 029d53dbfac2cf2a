using Nin.Benchmarks.Peers;

namespace Nin.Benchmarks.Baselines;

/// <summary>How one measurement ended.</summary>
/// <param name="Measured">What was measured; null where it failed.</param>
/// <param name="FirstResultMs">Milliseconds from the start of the process to its first result, without a launcher's own.</param>
/// <param name="Reason">Why it failed.</param>
readonly record struct Outcome(Measurement? Measured, double FirstResultMs, string? Reason);
