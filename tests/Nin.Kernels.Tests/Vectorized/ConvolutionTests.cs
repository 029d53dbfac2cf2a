using Nin.Ops;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

/// <summary>What holds for the three directions together.</summary>
public sealed unsafe class ConvolutionTests
{
    static readonly Conv2dSizes Sizes = new(9, 10, 7, 21, Kernel: 3, Stride: 2, Padding: 1);
    const int Batch = 19;

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        float[] narrow = TrainingStep(width: 128, out _);
        TrainingStep(width: 256, out _).Should().Equal(narrow);
        TrainingStep(width: 512, out _).Should().Equal(narrow);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        TrainingStep(SimdWidth.Best, out long allocated);
        allocated.Should().Be(0);
    }

    static float[] TrainingStep(int width, out long allocated)
    {
        using var pool = new WorkerPool(2) { Width = width };
        using var x = new GuardedFloats(ConvolutionCases.Random(1, Batch * Sizes.InputLength));
        using var w = new GuardedFloats(ConvolutionCases.Random(2, Sizes.WeightLength));
        using var y = new GuardedFloats(Batch * Sizes.OutputLength);
        using var dX = new GuardedFloats(Batch * Sizes.InputLength);
        using var dW = new GuardedFloats(Sizes.WeightLength);
        using var dB = new GuardedFloats(Sizes.Filters);
        GemmWeights packing = new(pool, Sizes, IsTransposed: false), packingBack = new(pool, Sizes, IsTransposed: true);
        using var packed = new GuardedFloats(packing.Length);
        using var packedBack = new GuardedFloats(packingBack.Length);
        using var workspace = new GuardedFloats(Math.Max(
            Math.Max(ImplicitGemm.WorkspaceLength(pool, packing.Geometry), ImplicitGemm.WorkspaceLength(pool, packingBack.Geometry)),
            Wgrad.WorkspaceLength(pool, Sizes, Batch)));

        allocated = Allocations.OnThread(1, () =>
        {
            packing.Pack(w.Pointer, packed.Pointer);
            ImplicitGemm.Run(
                pool, packing.Geometry, Batch, x.Pointer, packed.Pointer, TileEpilogue.Of(null, relu: true), accumulate: false, y.Pointer,
                workspace.Pointer);
            packingBack.Pack(w.Pointer, packedBack.Pointer);
            ImplicitGemm.Run(
                pool, packingBack.Geometry, Batch, y.Pointer, packedBack.Pointer, TileEpilogue.None, accumulate: false, dX.Pointer,
                workspace.Pointer);
            Wgrad.Run(
                pool, Sizes, Batch, x.Pointer, y.Pointer, accumulate: false, dW.Pointer, dB.Pointer, workspace.Pointer);
        });

        return [.. y.Span, .. dX.Span, .. dW.Span, .. dB.Span];
    }
}
