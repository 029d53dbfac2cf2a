using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Reduction;

/// <summary>Sums over a batch on portable devices: the order of additions is the tree's, however the work is cut.</summary>
public sealed class TreeSumTests(DeviceFixture<OnEmulator.Emulator> emulator) : IClassFixture<DeviceFixture<OnEmulator.Emulator>>, IDisposable
{
    readonly AcceleratorDevice device = (AcceleratorDevice)emulator.Device;
    readonly DeviceStream stream = emulator.Stream;
    readonly List<Operand> operands = [];

    /// <summary>Around a full block of eight, a subtree of 64, and two folds.</summary>
    public static TheoryData<int> Leaves => [1, 2, 3, 5, 7, 8, 9, 15, 17, 63, 64, 65, 100, 129, 513, 4100];

    [Theory, MemberData(nameof(Leaves))]
    public void Leaves_are_combined_in_the_order_of_the_binary_tree(int leaves)
    {
        const int Length = 3, Stride = 5;
        float[] partials = RandomData.Normal(1, leaves * Stride), before = RandomData.Normal(2, Length);
        float[] want = [.. Enumerable.Range(0, Length).Select(e => Node([.. Enumerable.Range(0, leaves).Select(l => partials[l * Stride + e])]))];
        foreach (bool accumulate in new[] { false, true })
        {
            Operand sums = Own(partials, partials.Length), first = Own(before[..2], 2), second = Own(before[2..], 1);
            new TreeSum(device).Run(stream, leaves, sums, Stride, first, second, accumulate);
            float[] got = [.. first.Read(), .. second.Read()];
            got.Should().Equal(accumulate ? [.. want.Zip(before, (w, b) => b + w)] : want);
        }
    }

    /// <summary>Rounds of one, two, four and eight leaves, with a last round that is full and one that is not.</summary>
    [Theory]
    [InlineData(72, 8)]
    [InlineData(72, 3)]
    [InlineData(100, 1)]
    [InlineData(56, 2)]
    [InlineData(57, 5)]
    public void A_weight_gradient_in_rounds_has_the_bits_of_one_round(int n, int leavesOfRound)
    {
        var sizes = new Conv2dSizes(2, Height: 3, Width: 4, Filters: 3, Kernel: 2);
        Operand x = Own(RandomData.Normal(1, n * (int)sizes.InputLength)), dy = Own(RandomData.Normal(2, n * (int)sizes.OutputLength));
        (float[] Dw, float[] Db) whole = Gradient(1 << 24), rounds = Gradient(leavesOfRound * (sizes.WeightLength + sizes.Filters));
        rounds.Dw.Should().Equal(whole.Dw);
        rounds.Db.Should().Equal(whole.Db);

        (float[], float[]) Gradient(long mostScratch)
        {
            Operand dw = Own(null, (int)sizes.WeightLength), db = Own(null, sizes.Filters);
            new Conv2dBackwardWeightsPortable(device, new ThreadWeightGradient(device), mostScratch)
                .Run(stream, sizes, n, x, dy, dw, db, accumulate: false);
            return (dw.Read(), db.Read());
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 1)]
    [InlineData(2048, 16)]
    [InlineData(2047, 1)]
    public void Rounds_take_no_more_memory_than_a_round_and_a_stack(int leaves, long mostLeaves)
    {
        var rounds = new LeafRounds(ReductionTree.Over(64, 64), leaves, mostLeaves);
        Enumerable.Range(0, rounds.Count).Sum(r => rounds.Leaves(r).Count).Should().Be(leaves);
        int used = 0;
        for (int r = 0; r < rounds.Count; r++)
        {
            (used + rounds.Leaves(r).Count).Should().BeLessThanOrEqualTo(rounds.Slots);
            used += 1 - rounds.Merges(r);
        }

        used.Should().Be(1);
        ((long)rounds.Slots).Should().BeLessThanOrEqualTo(mostLeaves + 12);
    }

    public void Dispose()
    {
        operands.ForEach(o => o.Dispose());
    }

    static float Node(float[] leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int half = 1;
        while (2 * half < leaves.Length) half *= 2;
        return Node(leaves[..half]) + Node(leaves[half..]);
    }

    Operand Own(float[]? values, int length = 0)
    {
        operands.Add(new Operand(device, values?.Length ?? length, values, isRead: false));
        return operands[^1];
    }
}
