namespace Nin.Ops;

/// <summary>
/// How sums over a batch are cut: fixed slices of eight examples, each one accumulation in example, row and column order, combined
/// pairwise as a binary tree <c>((s0 + s1) + (s2 + s3)) + ...</c>. A number in a result thus depends on the examples alone.
/// </summary>
static class Slices
{
    /// <summary>Examples in a slice.</summary>
    public const int Examples = 8;

    /// <summary>Slices of a batch; the last may be smaller.</summary>
    public static int Count(int n) => (n + Examples - 1) / Examples;

    /// <summary>The first example of a slice of <paramref name="n"/>; <paramref name="n"/> itself where there is no such slice.</summary>
    public static int First(int slice, int n) => slice * Examples < n ? slice * Examples : n;
}
