namespace Nin.Ops;

/// <summary>
/// How a sum over the pixels of a batch (a weight gradient, a batch statistic) is ordered, on every engine: leaves that the layer's shape alone
/// gives, combined pairwise as the binary tree <c>((s0 + s1) + (s2 + s3)) + ...</c> over their numbers; where the right half of a node has no
/// leaves, the node is its left half. So a result depends neither on threads nor on where a batch is cut at leaves, a large image has
/// enough leaves for many multiprocessors, and no sum is too long for float32.
/// </summary>
/// <remarks>
/// A leaf is a power of two of examples, at most <see cref="MostExamples"/>, or a fraction of one example, 1 over a power of two:
/// whichever is nearest to <see cref="LeafPixels"/> pixels. A fraction is a run of whole lines.
/// </remarks>
/// <param name="Lines">Lines of an example: its rows, or its pixels where a line is one pixel.</param>
/// <param name="LineLength">Pixels of a line.</param>
/// <param name="Examples">Examples of a leaf; 1 where a leaf is a fraction.</param>
/// <param name="Parts">Leaves of an example; 1 where a leaf is whole examples.</param>
readonly record struct ReductionTree(int Lines, int LineLength, int Examples, int Parts)
{
    /// <summary>The pixels that a leaf should have: shorter, and partial sums cost more than they save; longer, and float32 loses digits.</summary>
    public const int LeafPixels = 4096;

    /// <summary>The most examples in a leaf.</summary>
    public const int MostExamples = 8;

    /// <summary>The tree over images of a number of rows and columns. Few long rows are cut into pixels.</summary>
    public static ReductionTree Over(int rows, int columns)
    {
        long pixels = (long)rows * columns;
        int examples = 1, parts = 1;
        while (examples < MostExamples && IsNearer(2 * examples * pixels, examples * pixels)) examples *= 2;
        while (pixels > parts && IsNearer(pixels / (2 * parts), pixels / parts)) parts *= 2;
        return rows >= parts ? new(rows, columns, examples, parts) : new(rows * columns, 1, examples, parts);
    }

    /// <summary>
    /// The tree whose leaves are halves of this one's, or halves of halves: as many as <paramref name="parts"/>, a power of two, asks for, and none of fewer than
    /// <paramref name="leastPixels"/> pixels. This tree's leaves are nodes of it.
    /// </summary>
    public ReductionTree Cut(int parts, int leastPixels)
    {
        // Examples that nothing has cut yet are cut between any two pixels.
        (int lines, int length) = Parts > 1 ? (Lines, LineLength) : ((int)Pixels, 1);
        int examples = Examples, leaves = Parts;
        for (; parts > 1 && Pixels * examples / leaves >= 2L * leastPixels && (examples > 1 || 2 * leaves <= lines); parts /= 2)
        {
            if (examples > 1) examples /= 2;
            else leaves *= 2;
        }

        return leaves == Parts ? this with { Examples = examples } : new(lines, length, examples, leaves);
    }

    /// <summary>Pixels of an example.</summary>
    public long Pixels => (long)Lines * LineLength;

    /// <summary>Leaves of a batch of <paramref name="n"/> examples; the last may be smaller.</summary>
    public int Leaves(int n) => Parts > 1 ? n * Parts : (n + Examples - 1) / Examples;

    /// <summary>The first pixel of a leaf, counted through the batch; the end of the batch for the leaf after the last.</summary>
    public long FirstPixel(int leaf, int n)
    {
        if (Parts > 1)
        {
            int example = leaf / Parts;
            return example * Pixels + (long)(leaf - example * Parts) * Lines / Parts * LineLength;
        }

        long first = (long)leaf * Examples;
        return (first < n ? first : n) * Pixels;
    }

    // On a logarithmic scale: the geometric mean of both is beyond the target.
    static bool IsNearer(long candidate, long current) =>
        candidate > current ? candidate * current <= (long)LeafPixels * LeafPixels : candidate * current >= (long)LeafPixels * LeafPixels;
}
