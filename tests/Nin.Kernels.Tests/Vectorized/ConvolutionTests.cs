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
        using var packed = new GuardedFloats(ConvolutionForward.PackedLength(pool, Sizes));
        using var packedBack = new GuardedFloats(ConvolutionBackwardData.PackedLength(pool, Sizes));
        using var workspace = new GuardedFloats(Math.Max(
            Math.Max(ConvolutionForward.WorkspaceLength(pool, Sizes), ConvolutionBackwardData.WorkspaceLength(pool, Sizes)),
            ConvolutionBackwardWeights.WorkspaceLength(pool, Sizes, Batch)));

        allocated = Allocations.OnThread(1, () =>
        {
            ConvolutionForward.PackWeights(pool, Sizes, w.Pointer, packed.Pointer);
            ConvolutionForward.Run(pool, Sizes, Batch, x.Pointer, packed.Pointer, null, relu: true, y.Pointer, workspace.Pointer);
            ConvolutionBackwardData.PackWeights(pool, Sizes, w.Pointer, packedBack.Pointer);
            ConvolutionBackwardData.Run(
                pool, Sizes, Batch, y.Pointer, packedBack.Pointer, accumulate: false, dX.Pointer, workspace.Pointer);
            ConvolutionBackwardWeights.Run(
                pool, Sizes, Batch, x.Pointer, y.Pointer, accumulate: false, dW.Pointer, dB.Pointer, workspace.Pointer);
        });

        return [.. y.Span, .. dX.Span, .. dW.Span, .. dB.Span];
    }
}
