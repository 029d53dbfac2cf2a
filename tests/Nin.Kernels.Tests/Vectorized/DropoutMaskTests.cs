using Nin.Ops;

namespace Nin.Tests.Vectorized;

public sealed class DropoutMaskTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    [InlineData(0.5f)]
    [InlineData(1f)]
    public void The_mask_is_the_scalar_generators_at_every_width(float probability)
    {
        var key = new DropoutKey(probability, 0xFEDC_BA98_7654_3210, Layer: 3, Step: 41, FirstExample: 1000);
        foreach (int width in OpRun.Widths)
        {
            foreach (int length in new[] { 1, 5, 31, 64, 333, 9001 })
            {
                Masked(width, key, length, n: 3).Should().Equal(Want(key, length, n: 3), $"{length} elements at {width} bits");
            }
        }
    }

    [Fact]
    public void An_example_has_the_same_mask_in_whatever_batch_it_comes()
    {
        var key = new DropoutKey(0.5f, 9, Layer: 1, Step: 2, FirstExample: 40);
        bool[] whole = [.. Masked(OpRun.Widths[^1], key, 100, n: 5, ones: true).Select(y => y != 0)];
        Masked(OpRun.Widths[^1], key with { FirstExample = 43 }, 100, n: 2, ones: true).Select(y => y != 0).Should().Equal(whole[300..]);
    }

    static float[] Masked(int width, DropoutKey key, int length, int n, bool ones = false)
    {
        using var run = new OpRun(width, 2, n, length);
        DeviceView x = ones ? run.View([.. Enumerable.Repeat(1f, n * length)]) : run.In(n, 1), y = run.Out(n);
        run.Device.Kernels.Get<IDropout>().Run(run.Stream, key, length, n, x, y, accumulate: false);
        return y.ToArray();
    }

    static float[] Want(DropoutKey key, int length, int n)
    {
        var want = new float[n * length];
        for (int i = 0; i < want.Length; i++)
        {
            (int example, int e) = Math.DivRem(i, length);
            PhiloxBlock block = Philox4x32.Block(
                (uint)(e / 4), (uint)(key.FirstExample + example), (uint)key.Step, (uint)key.Layer, (uint)key.Seed, (uint)(key.Seed >> 32));
            uint word = (e % 4) switch { 0 => block.X0, 1 => block.X1, 2 => block.X2, _ => block.X3 };
            want[i] = Philox4x32.ToUnit(word) >= key.Probability ? OpRun.Value(example, e, 1) * (1 / (1 - key.Probability)) : 0;
        }

        return want;
    }
}
