using Nin.Ops;

namespace Nin.Kernels.Tests.Reduction;

/// <summary>A sum over the pixels of a batch is cut into leaves by the shape alone.</summary>
public sealed class ReductionTreeTests
{
    // One pixel a line where rows are few, as many as fit an index, and what a batch normalisation asks for: lines of one pixel.
    public static TheoryData<int, int> Shapes =>
        new() { { 1, 1 }, { 7, 7 }, { 28, 28 }, { 54, 54 }, { 112, 112 }, { 224, 224 }, { 1, 50176 }, { 50176, 1 }, { 3, 7001 }, { 46000, 46000 } };

    [Theory]
    [InlineData(1, 1, 8, 1)]
    [InlineData(7, 7, 8, 1)]
    [InlineData(28, 28, 4, 1)]
    [InlineData(54, 54, 1, 1)]
    [InlineData(64, 64, 1, 1)]
    [InlineData(112, 112, 1, 4)]
    [InlineData(224, 224, 1, 16)]
    [InlineData(1, 50176, 1, 16)]
    [InlineData(50176, 1, 1, 16)]
    [InlineData(46000, 46000, 1, 524288)]
    public void A_leaf_is_the_power_of_two_of_examples_or_parts_nearest_to_its_aim(int rows, int columns, int examples, int parts)
    {
        var tree = ReductionTree.Over(rows, columns);
        (tree.Examples, tree.Parts, tree.Pixels).Should().Be((examples, parts, (long)rows * columns));
        double leaf = (double)tree.Pixels * examples / parts, aim = ReductionTree.LeafPixels;
        if (examples < ReductionTree.MostExamples || leaf > aim) (leaf / aim).Should().BeInRange(1 / Math.Sqrt(2), Math.Sqrt(2));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Leaves_cover_each_pixel_once_and_in_order(int rows, int columns)
    {
        var tree = ReductionTree.Over(rows, columns);
        foreach (int n in new[] { 1, 2, 3, 7, 8, 9, 33 })
        {
            int leaves = tree.Leaves(n);
            tree.FirstPixel(0, n).Should().Be(0);
            tree.FirstPixel(leaves, n).Should().Be(n * tree.Pixels);
            for (int leaf = 0; leaf < leaves; leaf += Math.Max(1, leaves / 4096))
            {
                long length = tree.FirstPixel(leaf + 1, n) - tree.FirstPixel(leaf, n);
                length.Should().BeInRange(1, Math.Max(2 * ReductionTree.LeafPixels, ReductionTree.MostExamples * tree.Pixels / tree.Parts));
                if (tree.Parts > 1) (tree.FirstPixel(leaf, n) % tree.LineLength).Should().Be(0, "a part is whole lines");
            }
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void A_leaf_lies_where_it_lies_whatever_the_batch(int rows, int columns)
    {
        var tree = ReductionTree.Over(rows, columns);
        int leaves = tree.Leaves(8);
        for (int leaf = 0; leaf < leaves; leaf += Math.Max(1, leaves / 4096))
        {
            tree.FirstPixel(leaf, 33).Should().Be(tree.FirstPixel(leaf, 8));
            tree.FirstPixel(leaf + leaves, 33).Should().Be(tree.FirstPixel(leaf, 8) + 8 * tree.Pixels);
        }
    }

    [Theory]
    [InlineData(1, 1, 64)]
    [InlineData(28, 28, 32)]
    [InlineData(54, 54, 16)]
    [InlineData(112, 112, 4)]
    [InlineData(50176, 1, 2)]
    public void Halves_of_a_batch_combine_to_the_tree_of_the_whole(int rows, int columns, int n)
    {
        var tree = ReductionTree.Over(rows, columns);
        int leaves = tree.Leaves(n), half = tree.Leaves(n / 2);
        leaves.Should().Be(2 * half, "a half holds whole leaves");
        string[] names = [.. Enumerable.Range(0, leaves).Select(leaf => $"{tree.FirstPixel(leaf, n)}-{tree.FirstPixel(leaf + 1, n)}")];
        string[] left = [.. Enumerable.Range(0, half).Select(leaf => $"{tree.FirstPixel(leaf, n / 2)}-{tree.FirstPixel(leaf + 1, n / 2)}")];
        long middle = n / 2 * tree.Pixels;
        string[] right = [.. Enumerable.Range(0, half).Select(leaf => $"{middle + tree.FirstPixel(leaf, n / 2)}-{middle + tree.FirstPixel(leaf + 1, n / 2)}")];
        Tree(names).Should().Be($"({Tree(left)} + {Tree(right)})");
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Runs_of_portable_kernels_cut_leaves_and_cross_none(int rows, int columns)
    {
        var tree = ReductionTree.Over(rows, columns);
        foreach (int n in new[] { 1, 3, 8, 33 })
        {
            var runs = ChannelRuns.Over(tree, n, channels: 5);
            runs.Count.Should().Be(tree.Leaves(n) * runs.PerLeaf);
            runs.Run(runs.Count - 1).End.Should().Be(n * tree.Pixels);
            for (int run = 0; run < runs.Count; run += Math.Max(1, runs.Count / 4096))
            {
                var (first, end) = runs.Run(run);
                end.Should().BeGreaterThanOrEqualTo(first);
                if (run + 1 < runs.Count) runs.Run(run + 1).First.Should().Be(end);
                if (run % runs.PerLeaf == 0) first.Should().Be(tree.FirstPixel(run / runs.PerLeaf, n));
            }
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Leaves_are_nodes_of_the_tree_that_cuts_them(int rows, int columns)
    {
        const int LeastPixels = 32, Examples = 40;
        var tree = ReductionTree.Over(rows, columns);
        foreach (int parts in new[] { 1, 2, 16 })
        {
            var cut = tree.Cut(parts, LeastPixels);
            int leaves = tree.Leaves(Examples), cuts = cut.Leaves(Examples) / leaves;
            cuts.Should().BeInRange(1, parts);
            System.Numerics.BitOperations.IsPow2(cuts).Should().BeTrue();
            cut.Leaves(Examples).Should().Be(cuts * leaves);
            for (int leaf = 0; leaf <= leaves; leaf += Math.Max(1, leaves / 4096))
                cut.FirstPixel(leaf * cuts, Examples).Should().Be(tree.FirstPixel(leaf, Examples));
            if (cuts > 1) (cut.FirstPixel(1, Examples) - cut.FirstPixel(0, Examples)).Should().BeGreaterThanOrEqualTo(LeastPixels);
            cut.FirstPixel(cut.Leaves(3), 3).Should().Be(3 * tree.Pixels, "a batch may end within a leaf");
        }
    }

    [Theory]
    [InlineData(28, 28, 16, 1, 4)]
    [InlineData(7, 7, 16, 1, 1)]
    [InlineData(26, 26, 2, 4, 1)]
    [InlineData(54, 54, 16, 1, 16)]
    [InlineData(112, 112, 4, 1, 16)]
    [InlineData(1, 1, 16, 8, 1)]
    public void Examples_are_cut_apart_before_they_are_cut(int rows, int columns, int parts, int examples, int partsOfExample)
    {
        var cut = ReductionTree.Over(rows, columns).Cut(parts, leastPixels: 32);
        (cut.Examples, cut.Parts).Should().Be((examples, partsOfExample));
    }

    // The order of additions, as the summary of the tree says it.
    static string Tree(string[] leaves)
    {
        string[] nodes = [.. leaves];
        for (int reach = 1; reach < nodes.Length; reach *= 2)
        {
            for (int i = 0; i + reach < nodes.Length; i += 2 * reach) nodes[i] = $"({nodes[i]} + {nodes[i + reach]})";
        }

        return nodes[0];
    }
}
