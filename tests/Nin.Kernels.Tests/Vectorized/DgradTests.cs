using Nin.Ops;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

public sealed unsafe class DgradTests
{
    public static TheoryData<string, int> Cases => ConvolutionCases.NamesAndWidths;

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_plain_loop_within_rounding(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        (float[] dY, float[] w) = Operands(sizes, batch);
        Oracle want = new PlainConvolution(sizes, batch).BackwardData(dY, w);
        Comparison.Agree(Run(sizes, batch, dY, w, null, threads: 1, width), want);
        float[] before = ConvolutionCases.Random(3, batch * sizes.InputLength);
        Comparison.Agree(Run(sizes, batch, dY, w, before, threads: 1, width), want.AddedTo(before.Widen()), "accumulated");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Neither_threads_nor_the_split_of_the_batch_change_a_bit(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        (float[] dY, float[] w) = Operands(sizes, batch);
        float[] one = Run(sizes, batch, dY, w, null, threads: 1, width);
        Run(sizes, batch, dY, w, null, threads: 2, width).Should().Equal(one);
        Run(sizes, batch, dY, w, null, threads: 4, width).Should().Equal(one);

        float[] last = dY[^(int)sizes.OutputLength..];
        Run(sizes, 1, last, w, null, threads: 2, width).Should().Equal(one[^(int)sizes.InputLength..]);
    }

    [Fact]
    public void Pixels_in_no_window_get_zero()
    {
        var sizes = new Conv2dSizes(2, 8, 10, 3, Kernel: 2, Stride: 3);
        (float[] dY, float[] w) = Operands(sizes, 1);
        float[] dX = Run(sizes, 1, dY, w, null, threads: 1, SimdWidth.Best);
        for (int i = 0; i < dX.Length; i++)
        {
            (int row, int column) = (i / 2 / 10, i / 2 % 10);
            bool unread = row % 3 == 2 || column % 3 == 2 || column == 9;
            (dX[i] == 0).Should().Be(unread, $"pixel {row}, {column}");
        }
    }

    static (float[] DY, float[] W) Operands(Conv2dSizes sizes, int batch) =>
        (ConvolutionCases.Random(1, batch * sizes.OutputLength), ConvolutionCases.Random(2, sizes.WeightLength));

    static float[] Run(Conv2dSizes sizes, int batch, float[] dY, float[] w, float[]? before, int threads, int width)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        using var gradient = new GuardedFloats(dY);
        using var weights = new GuardedFloats(w);
        var packing = new GemmWeights(pool, sizes, IsTransposed: true);
        using var packed = new GuardedFloats(packing.Length);
        using var dX = new GuardedFloats(batch * sizes.InputLength);
        using var workspace = new GuardedFloats(ImplicitGemm.WorkspaceLength(pool, packing.Geometry));
        before?.CopyTo(dX.Span);
        packing.Pack(weights.Pointer, packed.Pointer);
        ImplicitGemm.Run(
            pool, packing.Geometry, batch, gradient.Pointer, packed.Pointer, TileEpilogue.None, before is not null, dX.Pointer, workspace.Pointer);
        packed.AssertBands();
        dX.AssertBands();
        workspace.AssertBands();
        return dX.Span.ToArray();
    }
}
