namespace Nin.Distributed.Tests;

public sealed unsafe class CollectivesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    public void Sums_are_those_of_the_tree_on_every_rank_to_the_bit(int ranks)
    {
        foreach (int length in new[] { 0, 1, 2, 3, 17, 1000 })
        {
            float[][] parts = [.. Enumerable.Range(0, ranks).Select(r => Numbers(length, seed: r))];
            float[] want = Tree(parts, 0, ranks);

            float[][] got = ThreadRanks.Run(ranks, group =>
            {
                float[] values = [.. parts[group.Rank]];
                fixed (float* at = values) group.BeginSum(at, values.Length);
                group.FinishSums();
                return values;
            });

            foreach (float[] values in got) Bits(values).Should().Equal(Bits(want), $"of {length} numbers");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_rank_gets_the_pieces_of_all_in_their_order(int ranks)
    {
        byte[][] got = ThreadRanks.Run(ranks, group =>
        {
            byte[] all = new byte[5 * ranks];
            group.Gather([.. Enumerable.Repeat((byte)(group.Rank + 1), 5)], all);
            return all;
        });

        foreach (byte[] all in got) all.Should().Equal(Enumerable.Range(0, 5 * ranks).Select(i => (byte)(i / 5 + 1)));
    }

    // Of very different sizes, so that another order is another sum.
    static float[] Numbers(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 6))))];
    }

    static float[] Tree(float[][] parts, int first, int count)
    {
        if (count == 1) return parts[first];
        int left = 1 << (System.Numerics.BitOperations.Log2((uint)count - 1));
        return [.. Tree(parts, first, left).Zip(Tree(parts, first + left, count - left), (a, b) => a + b)];
    }

    static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
