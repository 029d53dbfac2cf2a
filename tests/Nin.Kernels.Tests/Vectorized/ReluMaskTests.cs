using Nin.Ops;

namespace Nin.Tests.Vectorized;

public sealed unsafe class ReluMaskTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void The_gradient_passes_where_the_output_is_above_zero(int width)
    {
        const int Length = 40_003;
        float[] y = ConvolutionCases.Random(1, Length);
        y[5] = 0;
        y[Length - 1] = -0f;
        float[] dY = ConvolutionCases.Random(2, Length);
        using var output = new GuardedFloats(y);
        using var gradient = new GuardedFloats(dY);
        using var pool = new WorkerPool(2) { Width = width };
        ReluMask.Run(pool, output.Pointer, gradient.Pointer, Length);
        gradient.AssertBands();
        gradient.Span.ToArray().Should().Equal(y.Zip(dY, (a, b) => a > 0 ? b : 0));
    }
}
