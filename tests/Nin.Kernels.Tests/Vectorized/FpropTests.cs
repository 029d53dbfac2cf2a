using Nin.Ops;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

public sealed unsafe class FpropTests
{
    public static TheoryData<string, int> Cases => ConvolutionCases.NamesAndWidths;

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_plain_loop_within_rounding(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        (float[] x, float[] w, float[] bias) = Operands(sizes, batch);
        var plain = new PlainConvolution(sizes, batch);
        Comparison.Agree(Run(sizes, batch, x, w, null, relu: false, threads: 1, width), plain.Forward(x, w, null), "without bias");
        float[] withBias = Run(sizes, batch, x, w, bias, relu: false, threads: 1, width);
        Comparison.Agree(withBias, plain.Forward(x, w, bias), "with bias");
        float[] withRelu = Run(sizes, batch, x, w, bias, relu: true, threads: 1, width);
        withRelu.Should().Equal(withBias.Select(value => MathF.Max(0, value)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_number_of_threads_changes_no_bit(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        (float[] x, float[] w, float[] bias) = Operands(sizes, batch);
        float[] one = Run(sizes, batch, x, w, bias, relu: false, threads: 1, width);
        Run(sizes, batch, x, w, bias, relu: false, threads: 2, width).Should().Equal(one);
        Run(sizes, batch, x, w, bias, relu: false, threads: 4, width).Should().Equal(one);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Splitting_the_batch_changes_no_bit(string name, int width)
    {
        (Conv2dSizes sizes, _) = ConvolutionCases.Find(name);
        const int Batch = 5;
        (float[] x, float[] w, float[] bias) = Operands(sizes, Batch);
        float[] whole = Run(sizes, Batch, x, w, bias, relu: true, threads: 2, width);
        var parts = new List<float>();
        foreach ((int from, int count) in new[] { (0, 1), (1, 3), (4, 1) })
        {
            float[] part = x[(int)(from * sizes.InputLength)..(int)((from + count) * sizes.InputLength)];
            parts.AddRange(Run(sizes, count, part, w, bias, relu: true, threads: 2, width));
        }

        parts.Should().Equal(whole);
    }

    [Fact]
    public void Relu_keeps_NaN()
    {
        var sizes = new Conv2dSizes(4, 3, 3, 5, Kernel: 1);
        (float[] x, float[] w, _) = Operands(sizes, 1);
        x[4] = float.NaN;
        float[] y = Run(sizes, 1, x, w, null, relu: true, threads: 1, SimdWidth.Best);
        y[5..10].Should().OnlyContain(value => float.IsNaN(value));
        y[..5].Concat(y[10..]).Should().NotContain(value => float.IsNaN(value));
    }

    static (float[] X, float[] W, float[] Bias) Operands(Conv2dSizes sizes, int batch) =>
        (ConvolutionCases.Random(1, batch * sizes.InputLength),
         ConvolutionCases.Random(2, sizes.WeightLength),
         ConvolutionCases.Random(3, sizes.Filters));

    static float[] Run(Conv2dSizes sizes, int batch, float[] x, float[] w, float[]? bias, bool relu, int threads, int width)
    {
        using var pool = new WorkerPool(threads) { Width = width };
        using var input = new GuardedFloats(x);
        using var weights = new GuardedFloats(w);
        using var biases = new GuardedFloats(bias ?? []);
        var packing = new GemmWeights(pool, sizes, IsTransposed: false);
        using var packed = new GuardedFloats(packing.Length);
        using var y = new GuardedFloats(batch * sizes.OutputLength);
        using var workspace = new GuardedFloats(ImplicitGemm.WorkspaceLength(pool, packing.Geometry));
        packing.Pack(weights.Pointer, packed.Pointer);
        ImplicitGemm.Run(
            pool, packing.Geometry, batch, input.Pointer, packed.Pointer, TileEpilogue.Of(bias is null ? null : biases.Pointer, relu),
            accumulate: false, y.Pointer, workspace.Pointer);
        packed.AssertBands();
        y.AssertBands();
        workspace.AssertBands();
        return y.Span.ToArray();
    }
}
