using System.Runtime.Loader;
using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

/// <summary>What the conformance suite, which runs whole ops, does not ask of Winograd's convolution.</summary>
public sealed unsafe class WinogradTests
{
    static readonly Conv2dSizes[] Shapes =
    [
        new(16, 7, 7, 16, Kernel: 5, Padding: 2),
        new(17, 12, 9, 35, Kernel: 3, Padding: 1),
        new(96, 9, 10, 130, Kernel: 5, Padding: 1),
        new(140, 8, 8, 48, Kernel: 3, Padding: 2),
        new(300, 7, 7, 20, Kernel: 3, Padding: 1),
        new(24, 9, 13, 40, Kernel: 3, Padding: 1),
        new(52, 9, 9, 55, Kernel: 3, Padding: 1),
        new(16, 98, 95, 16, Kernel: 3, Padding: 1),
    ];

    public static TheoryData<int, int> ShapesAndWidths
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int width in new[] { 128, 256, 512 }.Where(width => width <= SimdWidth.Best))
            {
                foreach (int shape in Enumerable.Range(0, Shapes.Length)) data.Add(shape, width);
            }

            return data;
        }
    }

    [Theory]
    [InlineData(96, 26, 26, 256, 5, 2, true)]
    [InlineData(256, 12, 12, 384, 3, 1, true)]
    [InlineData(48, 7, 7, 128, 5, 2, true)]
    [InlineData(1, 28, 28, 96, 5, 2, false)]
    [InlineData(384, 5, 5, 10, 3, 1, false)]
    [InlineData(64, 28, 28, 64, 1, 0, false)]
    [InlineData(64, 28, 28, 64, 7, 3, false)]
    [InlineData(64, 28, 28, 64, 3, 3, false)]
    public void It_suits_large_images_with_many_channels(int c, int h, int w, int filters, int kernel, int padding, bool suits) =>
        WinogradSizes.Suits(new Conv2dSizes(c, h, w, filters, kernel, Padding: padding)).Should().Be(suits);

    [Fact]
    public void It_does_not_suit_strides_dilation_and_groups()
    {
        var sizes = new Conv2dSizes(64, 28, 28, 64, Kernel: 3, Padding: 1);
        WinogradSizes.Suits(sizes).Should().BeTrue();
        WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, Kernel: 3, Stride: 2, Padding: 1)).Should().BeFalse();
        WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, Kernel: 3, Padding: 1, Dilation: 2)).Should().BeFalse();
        WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, Kernel: 3, Padding: 1, Groups: 2)).Should().BeFalse();
    }

    [Fact]
    public void It_does_not_suit_windows_that_differ_along_their_axes()
    {
        WindowAxis three = new(3, Before: 1, After: 1);
        WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, new Window2d(three, three))).Should().BeTrue();
        foreach (var other in new[] { new WindowAxis(5, Before: 2, After: 2), new(3, Before: 1, After: 0), new(3, Before: 0, After: 1) })
        {
            WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, new Window2d(three, other))).Should().BeFalse();
            WinogradSizes.Suits(new Conv2dSizes(64, 28, 28, 64, new Window2d(other, three))).Should().BeFalse();
        }
    }

    [Fact]
    public void Weight_gradients_of_large_images_are_summed_in_parts_of_whole_rows_of_tiles()
    {
        var tree = new WinogradSizes(new Conv2dSizes(16, 98, 99, 16, Kernel: 3, Padding: 1)).Tree;
        (tree.Parts, tree.LineLength).Should().Be((2, 25));
        (tree.FirstPixel(0, 2), tree.FirstPixel(1, 2), tree.FirstPixel(2, 2)).Should().Be((0L, 12 * 25L, 25 * 25L));
    }

    [Fact]
    public void A_host_can_switch_it_off()
    {
        var sizes = new Conv2dSizes(64, 28, 28, 64, Kernel: 3, Padding: 1);
        WinogradSizes.Suits(sizes).Should().BeTrue();

        // Read once a process, so that no call pays for it: a second copy of the library reads it again.
        AppContext.SetSwitch(WinogradSizes.Switch, false);
        try
        {
            var copy = new AssemblyLoadContext("copy").LoadFromAssemblyPath(typeof(WinogradSizes).Assembly.Location);
            object same = Activator.CreateInstance(copy.GetType(typeof(Conv2dSizes).FullName!)!, 64, 28, 28, 64, 3, 1, 1, 1, 1)!;
            var suits = copy.GetType(typeof(WinogradSizes).FullName!)!.GetMethod(nameof(WinogradSizes.Suits))!;
            suits.Invoke(null, [same]).Should().Be(false);
        }
        finally
        {
            AppContext.SetSwitch(WinogradSizes.Switch, true);
        }
    }

    [Theory]
    [MemberData(nameof(ShapesAndWidths))]
    public void Forward_is_the_plain_loop_whatever_the_threads_and_the_batch(int shape, int width)
    {
        Conv2dSizes sizes = Shapes[shape];
        const int Batch = 5;
        (float[] x, float[] w, float[] bias) = Operands(sizes, Batch);
        float[] y = Forward(sizes, Batch, x, w, bias, threads: 1, width);
        Comparison.Agree(y, new PlainConvolution(sizes, Batch).Forward(x, w, bias));
        Forward(sizes, Batch, x, w, bias, threads: 2, width).Should().Equal(y);
        Forward(sizes, Batch, x, w, bias, threads: 4, width).Should().Equal(y);
        float[] middle = x[(int)(2 * sizes.InputLength)..(int)(3 * sizes.InputLength)];
        Forward(sizes, 1, middle, w, bias, threads: 3, width).Should().Equal(y[(int)(2 * sizes.OutputLength)..(int)(3 * sizes.OutputLength)]);
    }

    [Theory]
    [MemberData(nameof(ShapesAndWidths))]
    public void The_data_gradient_is_the_plain_loop_whatever_the_threads(int shape, int width)
    {
        Conv2dSizes sizes = Shapes[shape];
        const int Batch = 3;
        (_, float[] w, _) = Operands(sizes, Batch);
        float[] dY = ConvolutionCases.Random(4, Batch * sizes.OutputLength);
        float[] dX = BackwardData(sizes, Batch, dY, w, threads: 1, width);
        Comparison.Agree(dX, new PlainConvolution(sizes, Batch).BackwardData(dY, w));
        BackwardData(sizes, Batch, dY, w, threads: 2, width).Should().Equal(dX);
        BackwardData(sizes, Batch, dY, w, threads: 4, width).Should().Equal(dX);
    }

    [Theory]
    [MemberData(nameof(ShapesAndWidths))]
    public void The_weight_gradient_is_the_plain_loop_whatever_the_threads(int shape, int width)
    {
        Conv2dSizes sizes = Shapes[shape];
        // Three leaves; or, of an example that is two leaves, six.
        int batch = sizes.Height > 90 ? 3 : 19;
        (float[] x, _, _) = Operands(sizes, batch);
        float[] dY = ConvolutionCases.Random(4, batch * sizes.OutputLength);
        float[] dW = BackwardWeights(sizes, batch, x, dY, threads: 1, width);
        Comparison.Agree(dW, new PlainConvolution(sizes, batch).BackwardWeights(x, dY));
        BackwardWeights(sizes, batch, x, dY, threads: 2, width).Should().Equal(dW);
        BackwardWeights(sizes, batch, x, dY, threads: 4, width).Should().Equal(dW);
        float[] before = ConvolutionCases.Random(5, sizes.WeightLength);
        BackwardWeights(sizes, batch, x, dY, threads: 2, width, before).Should().Equal(before.Zip(dW, (b, d) => b + d));
    }

    [Theory]
    [MemberData(nameof(ShapesAndWidths))]
    public void Weights_that_are_transformed_a_block_at_a_time_give_the_same_bits(int shape, int width)
    {
        Conv2dSizes sizes = Shapes[shape];
        const int Batch = 2;
        (float[] x, float[] w, float[] bias) = Operands(sizes, Batch);
        float[] residual = ConvolutionCases.Random(6, Batch * sizes.OutputLength);
        float[] y = Forward(sizes, Batch, x, w, bias, threads: 2, width, residual);
        Blockwise(sizes, isTransposed: false, Batch, x, w, bias, threads: 1, width, residual).Should().Equal(y);
        Blockwise(sizes, isTransposed: false, Batch, x, w, bias, threads: 3, width, residual).Should().Equal(y);
        float[] dY = ConvolutionCases.Random(4, Batch * sizes.OutputLength);
        Blockwise(sizes, isTransposed: true, Batch, dY, w, bias: null, threads: 2, width).Should().Equal(BackwardData(sizes, Batch, dY, w, threads: 2, width));
    }

    [Theory]
    [InlineData(512, 7, 512, 16, true)]
    [InlineData(512, 7, 512, 64, false)]
    [InlineData(64, 56, 64, 1, false)]
    [InlineData(16, 7, 64, 1, false)]
    public void They_are_where_they_are_many_and_tiles_are_few(int c, int side, int filters, int batch, bool suits) =>
        WinogradLargeWeights.Suits(new Conv2dSizes(c, side, side, filters, Kernel: 3, Padding: 1), batch).Should().Be(suits);

    static (float[] X, float[] W, float[] Bias) Operands(Conv2dSizes sizes, int batch) =>
        (ConvolutionCases.Random(1, batch * sizes.InputLength),
         ConvolutionCases.Random(2, sizes.WeightLength),
         ConvolutionCases.Random(3, sizes.Filters));

    static float[] Forward(Conv2dSizes sizes, int batch, float[] x, float[] w, float[] bias, int threads, int width, float[]? residual = null)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        using var biases = new GuardedFloats(bias);
        var packing = new WinogradWeights(pool, sizes, IsTransposed: false);
        using var packed = new GuardedFloats(packing.Length);
        using (var weights = new GuardedFloats(w))
        {
            packing.Pack(weights.Pointer, packed.Pointer);
        }

        return Run(pool, sizes, batch, x, packed, biases.Pointer, residual);
    }

    static float[] BackwardData(Conv2dSizes sizes, int batch, float[] dY, float[] w, int threads, int width)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
        var packing = new WinogradWeights(pool, sizes, IsTransposed: true);
        using var packed = new GuardedFloats(packing.Length);
        using (var weights = new GuardedFloats(w))
        {
            packing.Pack(weights.Pointer, packed.Pointer);
        }

        return Run(pool, transposed, batch, dY, packed, bias: null);
    }

    static float[] Run(WorkerPool pool, Conv2dSizes sizes, int batch, float[] x, GuardedFloats packed, float* bias, float[]? residual = null)
    {
        using var before = residual is null ? null : new GuardedFloats(residual);
        using var input = new GuardedFloats(x);
        using var y = new GuardedFloats(batch * sizes.OutputLength);
        using var workspace = new GuardedFloats(WinogradConvolution.WorkspaceLength(pool, sizes));
        WinogradConvolution.Run(
            pool, sizes, batch, input.Pointer, packed.Pointer, TileEpilogue.Of(bias, relu: false), accumulate: false, y.Pointer, workspace.Pointer,
            before is null ? null : before.Pointer);
        packed.AssertBands();
        y.AssertBands();
        workspace.AssertBands();
        return y.Span.ToArray();
    }

    static float[] Blockwise(
        Conv2dSizes convolution, bool isTransposed, int batch, float[] x, float[] w, float[]? bias, int threads, int width, float[]? residual = null)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        Conv2dSizes sizes = isTransposed ? WinogradSizes.Transpose(convolution) : convolution;
        using var input = new GuardedFloats(x);
        using var weights = new GuardedFloats(w);
        using var biases = bias is null ? null : new GuardedFloats(bias);
        using var before = residual is null ? null : new GuardedFloats(residual);
        using var y = new GuardedFloats(batch * sizes.OutputLength);
        using var workspace = new GuardedFloats(WinogradLargeWeights.WorkspaceLength(pool, sizes, batch));
        WinogradLargeWeights.Run(
            pool, sizes, batch, input.Pointer, new WinogradWeights(pool, convolution, isTransposed), weights.Pointer,
            TileEpilogue.Of(biases is null ? null : biases.Pointer, relu: false), accumulate: false, y.Pointer, workspace.Pointer,
            before is null ? null : before.Pointer);
        y.AssertBands();
        workspace.AssertBands();
        return y.Span.ToArray();
    }

    static float[] BackwardWeights(Conv2dSizes sizes, int batch, float[] x, float[] dY, int threads, int width, float[]? before = null)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        using var input = new GuardedFloats(x);
        using var gradient = new GuardedFloats(dY);
        using var dW = before is null ? new GuardedFloats(sizes.WeightLength) : new GuardedFloats(before);
        using var workspace = new GuardedFloats(WinogradWgrad.WorkspaceLength(pool, sizes, batch));
        WinogradWgrad.Run(
            pool, sizes, batch, input.Pointer, gradient.Pointer, accumulate: before is not null, dW.Pointer, workspace.Pointer);
        dW.AssertBands();
        workspace.AssertBands();
        return dW.Span.ToArray();
    }
}
