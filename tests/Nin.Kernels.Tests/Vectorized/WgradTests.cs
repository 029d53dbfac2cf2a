using Nin.Ops;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

public sealed unsafe class WgradTests
{
    public static TheoryData<string, int> Cases => ConvolutionCases.NamesAndWidths;

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_plain_loop_within_rounding(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        (float[] x, float[] dY) = Operands(sizes, batch);
        var plain = new PlainConvolution(sizes, batch);
        Oracle wantW = plain.BackwardWeights(x, dY), wantB = plain.BackwardBias(dY);
        (float[] dW, float[] dB) = Run(sizes, batch, x, dY, null, threads: 1, width);
        Comparison.Agree(dW, wantW, "dw");
        Comparison.Agree(dB, wantB, "dbias");

        float[] before = ConvolutionCases.Random(3, sizes.WeightLength + sizes.Filters);
        (float[] onW, float[] onB) = Run(sizes, batch, x, dY, before, threads: 1, width);
        Comparison.Agree(onW, wantW.AddedTo(before[..dW.Length].Widen()), "dw, accumulated");
        Comparison.Agree(onB, wantB.AddedTo(before[dW.Length..].Widen()), "dbias, accumulated");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_number_of_threads_changes_no_bit(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        AssertThreadsDoNotMatter(sizes, batch, width);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(23)]
    [InlineData(41)]
    [InlineData(56)]
    [InlineData(130)]
    public void Subtrees_of_leaves_on_several_threads_give_the_bits_of_one_thread(int batch) =>
        AssertThreadsDoNotMatter(new Conv2dSizes(5, 4, 3, 11, Kernel: 2), batch, SimdWidth.Best);

    [Fact]
    public void Leaves_of_eight_small_examples_are_added_as_a_binary_tree()
    {
        var sizes = new Conv2dSizes(5, 4, 3, 11, Kernel: 3, Padding: 1);
        const int Batch = 8 * 6 + 3;
        (float[] x, float[] dY) = Operands(sizes, Batch);
        var slices = new float[7][];
        for (int s = 0; s < slices.Length; s++)
        {
            int count = Math.Min(8, Batch - 8 * s);
            float[] part = x.AsSpan((int)(8 * s * sizes.InputLength), (int)(count * sizes.InputLength)).ToArray();
            float[] partY = dY.AsSpan((int)(8 * s * sizes.OutputLength), (int)(count * sizes.OutputLength)).ToArray();
            (float[] dW, float[] dB) = Run(sizes, count, part, partY, null, threads: 1, SimdWidth.Best);
            slices[s] = [.. dW, .. dB];
        }

        (float[] gotW, float[] gotB) = Run(sizes, Batch, x, dY, null, threads: 1, SimdWidth.Best);
        float[] got = [.. gotW, .. gotB];
        for (int i = 0; i < got.Length; i++)
        {
            float left = (slices[0][i] + slices[1][i]) + (slices[2][i] + slices[3][i]);
            got[i].Should().Be(left + ((slices[4][i] + slices[5][i]) + slices[6][i]));
        }
    }

    [Theory]
    [InlineData(96, 101, 1)]
    [InlineData(3, 5000, 1)]
    [InlineData(97, 96, 12)]
    public void Parts_of_a_large_example_are_added_as_a_binary_tree(int height, int width, int channels)
    {
        var sizes = new Conv2dSizes(channels, height, width, 2, Kernel: 3, Padding: 1);
        const int Batch = 2;
        var tree = ReductionTree.Over(height, width);
        (float[] x, float[] dY) = Operands(sizes, Batch);
        var leaves = new float[tree.Leaves(Batch)][];
        leaves.Length.Should().BeGreaterThan(2 * Batch - 1);
        for (int leaf = 0; leaf < leaves.Length; leaf++)
        {
            // Zeros outside the leaf change no sum, and so show which pixels it holds.
            var part = new float[dY.Length];
            Range pixels = (int)(tree.FirstPixel(leaf, Batch) * 2)..(int)(tree.FirstPixel(leaf + 1, Batch) * 2);
            dY.AsSpan(pixels).CopyTo(part.AsSpan(pixels));
            (float[] dW, float[] dB) = Run(sizes, Batch, x, part, null, threads: 1, SimdWidth.Best);
            leaves[leaf] = [.. dW, .. dB];
        }

        (float[] gotW, float[] gotB) = Run(sizes, Batch, x, dY, null, threads: 3, SimdWidth.Best);
        float[] got = [.. gotW, .. gotB];
        for (int i = 0; i < got.Length; i++) got[i].Should().Be(Sum(i, 0, leaves.Length));

        float Sum(int i, int from, int count)
        {
            if (count == 1) return leaves[from][i];
            int half = 1;
            while (2 * half < count) half *= 2;
            return Sum(i, from, half) + Sum(i, from + half, count - half);
        }
    }

    [Fact]
    public void Scratch_does_not_grow_with_the_batch()
    {
        using var pool = new WorkerPool(2);
        var sizes = new Conv2dSizes(8, 96, 96, 16, Kernel: 3, Padding: 1);
        Wgrad.WorkspaceLength(pool, sizes, 4096).Should().BeLessThan(2 * Wgrad.WorkspaceLength(pool, sizes, 64));
    }

    static void AssertThreadsDoNotMatter(Conv2dSizes sizes, int batch, int width)
    {
        (float[] x, float[] dY) = Operands(sizes, batch);
        (float[] dW, float[] dB) = Run(sizes, batch, x, dY, null, threads: 1, width);
        foreach (int threads in new[] { 2, 4 })
        {
            (float[] otherW, float[] otherB) = Run(sizes, batch, x, dY, null, threads, width);
            otherW.Should().Equal(dW);
            otherB.Should().Equal(dB);
        }
    }

    static (float[] X, float[] DY) Operands(Conv2dSizes sizes, int batch) =>
        (ConvolutionCases.Random(1, batch * sizes.InputLength), ConvolutionCases.Random(2, batch * sizes.OutputLength));

    static (float[] DW, float[] DB) Run(Conv2dSizes sizes, int batch, float[] x, float[] dY, float[]? before, int threads, int width)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        using var input = new GuardedFloats(x);
        using var gradient = new GuardedFloats(dY);
        using var dW = new GuardedFloats(sizes.WeightLength);
        using var dB = new GuardedFloats(sizes.Filters);
        using var workspace = new GuardedFloats(Wgrad.WorkspaceLength(pool, sizes, batch));
        if (before is not null)
        {
            before.AsSpan(0, dW.Length).CopyTo(dW.Span);
            before.AsSpan(dW.Length).CopyTo(dB.Span);
        }

        Wgrad.Run(
            pool, sizes, batch, input.Pointer, gradient.Pointer, before is not null, dW.Pointer, dB.Pointer, workspace.Pointer);
        dW.AssertBands();
        dB.AssertBands();
        workspace.AssertBands();
        return (dW.Span.ToArray(), dB.Span.ToArray());
    }
}
