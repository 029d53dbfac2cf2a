using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<Pool2dCase> MaxPools => Taken(Pool2dCases.Max, c => c.Macs);

    public static TheoryData<Pool2dCase> AvgPools => Taken(Pool2dCases.Average, c => c.Macs);

    [DeviceTheory, MemberData(nameof(MaxPools))]
    public void MaxPool2d(Pool2dCase s) => MaxPool2dAgrees(s, RandomData.Normal(1, s.InputLength));

    [DeviceTheory, MemberData(nameof(MaxPools))]
    public void MaxPool2d_gives_equal_maxima_to_the_first_and_lets_NaN_win(Pool2dCase s)
    {
        // Three values only, so that most windows have ties, and a NaN here and there, also two in one window.
        float[] x = [.. RandomData.Normal(2, s.InputLength).Select(v => v > 1.7f ? float.NaN : MathF.Round(Math.Clamp(v, -1, 1)) + 2)];
        MaxPool2dAgrees(s, x);
        MaxPool2dAgrees(s, [.. x.Select(v => -v)]);
        MaxPool2dAgrees(s, [.. x.Select(_ => float.NegativeInfinity)]);
    }

    [DeviceTheory, MemberData(nameof(Batches))]
    public void A_window_none_of_whose_taps_is_inside_the_input_reads_nothing(int n) =>
        MaxPool2dAgrees(new(n, 2, 1, 1, 2, Padding: 1, Dilation: 2), RandomData.Normal(1, 2 * n));

    [DeviceTheory, MemberData(nameof(AvgPools))]
    public void AvgPool2d(Pool2dCase s)
    {
        AvgPool2dAgrees(s);
        AvgPool2dAgrees(s with { CountIncludePad = false });
    }

    [DeviceTheory, MemberData(nameof(Batches))]
    public void AvgPool2d_does_not_count_what_hangs_over_beyond_the_padding(int n)
    {
        var s = new Pool2dCase(n, 1, 6, 6, 3, Stride: 2, Padding: 1, Ceil: true);
        float[] x = [.. Enumerable.Range(0, s.InputLength).Select(i => (float)(i % 36))];
        foreach (bool countIncludePad in Both)
        {
            Operand y = Out(s.OutputLength);
            Op<IAvgPool2dForward>().Run(Stream, Sizes(s), countIncludePad, n, In(x), y);
            y.Read()[^1].Should().Be(countIncludePad ? 35f / 4 : 35f);
        }
    }

    void AvgPool2dAgrees(Pool2dCase s)
    {
        float[] x = RandomData.Normal(1, s.InputLength), dy = RandomData.Normal(2, s.OutputLength);
        float[] before = RandomData.Normal(3, s.InputLength);
        Operand gradient = In(OutputNhwc(s, dy)), y = Out(s.OutputLength);
        Op<IAvgPool2dForward>().Run(Stream, Sizes(s), s.CountIncludePad, s.Batch, In(Nhwc(s, x)), y);
        Oracle forward = ReferenceAvgPool2d.Forward(s, x.Widen()), backward = ReferenceAvgPool2d.Backward(s, dy.Widen());
        Comparison.Agree(OutputNchw(s, y.Read()), forward, "y");
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IAvgPool2dBackward>().Run(Stream, Sizes(s), s.CountIncludePad, s.Batch, gradient, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, backward, before), $"dx, accumulate {accumulate}");
            if (!accumulate) Transposed.Agree((dy, OutputNchw(s, y.Read()), forward), (x, Nchw(s, dx.Read()), backward));
        }
    }

    [DeviceTheory, MemberData(nameof(Activations))]
    public void A_window_that_is_the_whole_image_gives_the_mean_and_the_maximum_of_each_channel(Norm2dCase s)
    {
        var sizes = PoolSizes.Global(new Shape(s.Channels, s.Height, s.Width));
        int means = s.Batch * s.Channels;
        float[] x = RandomData.Normal(1, s.Length), dy = RandomData.Normal(2, means), before = RandomData.Normal(3, s.Length);
        Operand input = In(Nhwc(s, x)), gradient = In(dy), y = Out(means), max = Out(means);
        Op<IAvgPool2dForward>().Run(Stream, sizes, countIncludePad: true, s.Batch, input, y);
        Op<IMaxPool2dForward>().Run(Stream, sizes, s.Batch, input, max);
        Oracle forward = ReferenceGlobalAvgPool2d.Forward(s, x.Widen()), backward = ReferenceGlobalAvgPool2d.Backward(s, dy.Widen());
        Comparison.Agree(y.Read(), forward, "y");
        max.Read().Should().Equal(x.Chunk(s.Plane).Select(plane => plane.Max()));
        foreach (bool accumulate in Both)
        {
            Operand dx = Target(accumulate, Nhwc(s, before));
            Op<IAvgPool2dBackward>().Run(Stream, sizes, countIncludePad: true, s.Batch, gradient, dx, accumulate);
            Comparison.Agree(Nchw(s, dx.Read()), Wanted(accumulate, backward, before), $"dx, accumulate {accumulate}");
            if (!accumulate) Transposed.Agree((dy, y.Read(), forward), (x, Nchw(s, dx.Read()), backward));
        }
    }

    void MaxPool2dAgrees(Pool2dCase s, float[] x)
    {
        float[] dy = RandomData.Normal(3, s.OutputLength), before = RandomData.Normal(4, s.InputLength);
        Operand input = In(Nhwc(s, x)), gradient = In(OutputNhwc(s, dy)), y = Out(s.OutputLength);
        Op<IMaxPool2dForward>().Run(Stream, Sizes(s), s.Batch, input, y);
        Comparison.Agree(OutputNchw(s, y.Read()), ReferenceMaxPool2d.Forward(s, x.Widen()), "y");
        Operand again = Out(s.OutputLength), argmax = Over(new float[s.OutputLength]);
        Op<IMaxPool2dForwardArgmax>().Run(Stream, Sizes(s), s.Batch, input, again, argmax);
        again.Read().Should().Equal(y.Read());
        Oracle want = ReferenceMaxPool2d.Backward(s, x.Widen(), dy.Widen());
        Oracle masked = new(Masked(want.Value, x), () => Masked(want.Magnitude, x), want.Chain);
        foreach (bool accumulate in Both)
        {
            foreach (bool mask in Both)
            {
                Operand dx = Target(accumulate, Nhwc(s, before));
                Op<IMaxPool2dBackward>().Run(Stream, Sizes(s), s.Batch, argmax, gradient, dx, mask, accumulate);
                Oracle expected = Wanted(accumulate, mask ? masked : want, before);
                Comparison.Agree(Nchw(s, dx.Read()), expected, $"dx, accumulate {accumulate}, mask {mask}");
            }
        }
    }

    static double[] Masked(double[] dx, float[] x) => [.. dx.Select((d, i) => x[i] > 0 ? d : 0)];

    static PoolSizes Sizes(Pool2dCase s) => new(s.Channels, s.Height, s.Width, new Window2d(Axis(s.Rows), Axis(s.Columns)));

    static WindowAxis Axis(Pool1dCase s) => new(s.Kernel, s.Stride, s.Before, s.After, s.Dilation, s.Ceil);

    static float[] Nhwc(Pool2dCase s, float[] x) => Layouts.NchwToNhwc<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] Nchw(Pool2dCase s, float[] x) => Layouts.NhwcToNchw<float>(x, s.Batch, s.Channels, s.Height, s.Width);

    static float[] OutputNhwc(Pool2dCase s, float[] y) => Layouts.NchwToNhwc<float>(y, s.Batch, s.Channels, s.OutHeight, s.OutWidth);

    static float[] OutputNchw(Pool2dCase s, float[] y) => Layouts.NhwcToNchw<float>(y, s.Batch, s.Channels, s.OutHeight, s.OutWidth);
}
