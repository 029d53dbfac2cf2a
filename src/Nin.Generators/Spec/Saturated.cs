namespace Nin.Generators.Spec;

/// <summary>
/// Arithmetic on non-negative counts that stops at <see cref="long.MaxValue"/>: half-typed arguments can ask for more elements
/// than any number holds, and must end in a diagnostic, not in a wrapped count.
/// </summary>
static class Saturated
{
    public static long Product(params long[] factors) =>
        factors.Contains(0) ? 0 : factors.Aggregate(1L, (all, next) => all > long.MaxValue / next ? long.MaxValue : all * next);

    public static long Sum(IEnumerable<long> terms) =>
        terms.Aggregate(0L, (sum, term) => sum > long.MaxValue - term ? long.MaxValue : sum + term);
}
