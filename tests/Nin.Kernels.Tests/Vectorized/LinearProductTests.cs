using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Tests.Vectorized;

/// <summary>Linear layers whose weights are packed block by block, against the product of a packed copy, to the bit.</summary>
public sealed unsafe class LinearProductTests
{
    /// <summary>Panels that are full, partial and of one register; depths of one block and several; tiles of examples that are full and partial.</summary>
    public static TheoryData<int, int, int, int> Cases
    {
        get
        {
            var data = new TheoryData<int, int, int, int>();
            foreach (var (batch, channels, filters) in new[] { (1, 1, 1), (2, 300, 70), (5, 64, 256), (13, 257, 33), (12, 513, 16), (5, 84, 52), (24, 40, 301) })
            {
                foreach (int width in OpRun.Widths) data.Add(batch, channels, filters, width);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Forward_has_the_bits_of_a_packed_copy(int batch, int channels, int filters, int width) =>
        Compare(new Conv2dSizes(channels, 1, 1, filters, Kernel: 1), batch, width, isTransposed: false, relu: true);

    [Theory, MemberData(nameof(Cases))]
    public void The_data_gradient_has_the_bits_of_a_packed_copy(int batch, int channels, int filters, int width) =>
        Compare(new Conv2dSizes(channels, 1, 1, filters, Kernel: 1), batch, width, isTransposed: true, relu: false);

    [Fact]
    public void Few_examples_of_a_large_layer_keep_no_packed_copy()
    {
        using var pool = new WorkerPool(2) { Width = 128 };
        Suits(new(1024, 1, 1, 1024, Kernel: 1), 24).Should().BeTrue();
        Suits(new(1024, 1, 1, 1024, Kernel: 1), 25).Should().BeFalse("many examples make much of a copy");
        Suits(new(1024, 1, 1, 1023, Kernel: 1), 24).Should().BeFalse("a small copy stays in the cache");
        Suits(new(1024, 2, 1, 1024, Kernel: 1), 24).Should().BeFalse("a convolution reads its weights once for each pixel");
        Suits(new(2048, 1, 1, 1024, Kernel: 1, Groups: 2), 24).Should().BeFalse();
        Suits(new(1024, 1, 1, 1024, Kernel: 3, Padding: 1), 24).Should().BeFalse();

        bool Suits(Conv2dSizes sizes, int batch) =>
            LinearProduct.Suits(new GemmWeights(pool, sizes, IsTransposed: false), batch) && LinearProduct.Suits(new GemmWeights(pool, sizes, IsTransposed: true), batch);
    }

    static void Compare(Conv2dSizes sizes, int batch, int width, bool isTransposed, bool relu)
    {
        foreach (int threads in new[] { 1, 3 })
        {
            using var pool = new WorkerPool(threads) { Width = width };
            var packing = new GemmWeights(pool, sizes, isTransposed);
            ConvolutionGeometry g = packing.Geometry;
            using var source = new GuardedFloats(ConvolutionCases.Random(1, (long)batch * g.SourceChannels));
            using var weights = new GuardedFloats(ConvolutionCases.Random(2, sizes.WeightLength));
            using var bias = new GuardedFloats(ConvolutionCases.Random(3, g.ResultChannels));
            using var residual = new GuardedFloats(ConvolutionCases.Random(4, (long)batch * g.ResultChannels));
            using var packed = new GuardedFloats(packing.Length);
            using var copied = new GuardedFloats(ImplicitGemm.WorkspaceLength(pool, g));
            using var blocks = new GuardedFloats(LinearProduct.WorkspaceLength(packing, batch));
            packing.Pack(weights.Pointer, packed.Pointer);
            foreach (var (accumulate, added) in new[] { (false, false), (true, false), (false, true) })
            {
                using var want = new GuardedFloats(ConvolutionCases.Random(5, (long)batch * g.ResultChannels));
                using var got = new GuardedFloats(want.Span.ToArray());
                TileEpilogue epilogue = isTransposed ? TileEpilogue.None : TileEpilogue.Of(bias.Pointer, relu);
                float* from = added ? residual.Pointer : null;
                ImplicitGemm.Run(pool, g, batch, source.Pointer, packed.Pointer, epilogue, accumulate, want.Pointer, copied.Pointer, from);
                LinearProduct.Run(packing, batch, source.Pointer, weights.Pointer, epilogue, accumulate, got.Pointer, blocks.Pointer, from);
                got.Span.ToArray().Should().Equal(want.Span.ToArray(), "with {0} threads, accumulating {1}, a residual {2}", threads, accumulate, added);
                got.AssertBands();
                blocks.AssertBands();
            }
        }
    }
}
