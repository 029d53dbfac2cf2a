using System.Numerics;

namespace Nin.Ops;

/// <summary>Some leaves of the sums over a batch, as a kernel reads them: the <c>[Count, stride]</c> rows of its partial sums.</summary>
/// <param name="Tree">How the batch is cut.</param>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="First">The first leaf.</param>
/// <param name="Count">Leaves from there on.</param>
readonly record struct LeafRange(ReductionTree Tree, int Examples, int First, int Count)
{
    /// <summary>All leaves of a batch of <paramref name="n"/> examples.</summary>
    public static LeafRange All(in ReductionTree tree, int n) => new(tree, n, 0, tree.Leaves(n));

    /// <summary>The first pixel of the leaf in a row of the partial sums, counted through the batch; for the row after the last, the end of the last.</summary>
    public long FirstPixel(int row) => Tree.FirstPixel(First + row, Examples);
}

/// <summary>
/// A tree that is computed in rounds, so that its partial sums take bounded memory: a round is a subtree of a power of two of leaves, and the
/// sums of complete subtrees wait on a stack, as carries do in a binary counter. Every node is the sum that one round would have made.
/// </summary>
/// <param name="tree">How the batch is cut.</param>
/// <param name="n">Examples.</param>
/// <param name="mostLeaves">Leaves of a round at most; below 1 it is 1.</param>
readonly struct LeafRounds(ReductionTree tree, int n, long mostLeaves)
{
    readonly int leaves = tree.Leaves(n);
    readonly int size = (int)Math.Min(1 << 30, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, mostLeaves) + 1) / 2);

    /// <summary>Rounds.</summary>
    public int Count => (leaves - 1) / size + 1;

    /// <summary>Rows of partial sums that are needed: the leaves of a round, and the stack before it.</summary>
    public int Slots => Count == 1 ? leaves : size + BitOperations.Log2((uint)Count - 1) + 1;

    /// <summary>The leaves of a round.</summary>
    public LeafRange Leaves(int round) => new(tree, n, round * size, Math.Min(size, leaves - round * size));

    /// <summary>How often, after a round, the topmost two of the stack become one: while both are as large, and after the last round until one is left.</summary>
    public int Merges(int round) => round == Count - 1 ? BitOperations.PopCount((uint)round) : BitOperations.TrailingZeroCount(round + 1);
}
